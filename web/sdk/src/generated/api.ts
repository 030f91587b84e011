// Made by `make sdk-types` from openapi/: change the Python code, not this file.

export interface paths {
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the server's process is alive
         * @description Asks nothing else, so that a process is not restarted for a fault of its database.
         */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the server can take work
         * @description Its database takes writes, and its tables are those of this version. The answer is at most five seconds old.
         */
        get: operations["get_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/duolog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The server's address, receipt keys and limits
         * @description The keys and limits that a client needs before it registers or logs in.
         */
        get: operations["get_server"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register an account
         * @description Makes the whole account. The same request again gets the same answer.
         */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/sets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add keyholders, or name another rotator
         * @description Adds the next keyholder set of the same generation; it revokes nobody. Sending it again changes nothing.
         */
        post: operations["change_set"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * My account, and what this keyholder needs to open it
         * @description Only the owner gets this answer. Those who share a journal with the owner can fetch its chain.
         */
        get: operations["get_own_account"];
        put?: never;
        post?: never;
        /**
         * Delete my account
         * @description Deletes the caller's account. A member of a shared open journal closes or leaves it first.
         */
        delete: operations["delete_account"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/rotations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace my account's keys, and with them revoke keyholders
         * @description Accepts a rotation whole. Keyholders outside the new set are revoked. Sending it again changes nothing.
         */
        post: operations["rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rendezvous/{rendezvous}/{role}/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The other device's message, once it is there
         * @description `sealed` is null while there is no message, and after ten minutes. The address follows from the device code.
         */
        get: operations["fetch_message"];
        /**
         * Leave a sealed message for the other device
         * @description Stores the first message at its place. The new device needs no session, and its messages have at most 4 KiB.
         */
        put: operations["leave_message"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/challenges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a challenge to log in with
         * @description Gives any keyholder id a challenge: the answer doesn't tell whether the keyholder exists.
         */
        post: operations["create_challenge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * My open sessions
         * @description The sessions of the caller's account alone.
         */
        get: operations["list_sessions"];
        put?: never;
        /**
         * Log in with a signed challenge
         * @description Opens a session. A right or wrong answer uses up the challenge.
         */
        post: operations["log_in"];
        /**
         * End all my sessions but this one
         * @description Logs out every other device of the account. Each can log in again, unless its keyholder was revoked.
         */
        delete: operations["end_other_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End this session
         * @description Ends the session that this request was sent with. Its token opens nothing any more.
         */
        delete: operations["log_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one session of mine
         * @description Ends one session of the caller's account. An ended session and another account's get the same 404.
         */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far each of my journals has come
         * @description The poll of every client: it tells which journals have new items.
         */
        get: operations["list_journals"];
        put?: never;
        /**
         * Create a journal
         * @description Creates a journal by its genesis; the founder is the caller. Sending it again gets the first answer.
         */
        post: operations["create_journal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}/chains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The account chains of everyone whom the journal's log names
         * @description The chains include past members', since the log can't be verified without them.
         */
        get: operations["list_chains"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}/proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The proposals that wait in this journal
         * @description Every member's proposals, each with its sealed context for the one who signs next.
         */
        get: operations["list_proposals"];
        put?: never;
        /**
         * Propose a change of members that another member must sign too
         * @description Stores a partner's proposal until it is signed and pushed, declined, or expires because the roster moved.
         */
        post: operations["create_proposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}/proposals/{proposal}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Decline or withdraw a proposal
         * @description Drops a proposal: a partner declines or withdraws any.
         */
        delete: operations["drop_proposal"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fetch the log after a sequence number
         * @description Ask for `application/vnd.duolog.v1` to get the binary form. Ask again until the page's `seq` is reached.
         */
        get: operations["pull_entries"];
        put?: never;
        /**
         * Append entries and statements to the log
         * @description Accepts all of a push, or nothing, and answers after it is on disk.
         *
         *     An item that was accepted before gets its first place again. After a lost answer a client sends the push again.
         */
        post: operations["push_entries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Be woken where something is new
         * @description A stream of server-sent events. Each says that a journal of the caller's has come to a seq, and nothing else.
         *
         *     An event has an `id` where it and all before it name the present state together. The server tells of one journal at
         *     most once at a time, with its newest seq. It ends the stream when the session ends.
         */
        get: operations["listen"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}/attachments/{attachment}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The stored bytes of an attachment, or one range of them
         * @description For a member who holds the entry that names it. `Range: bytes=a-` or `bytes=a-b` fetches a part of it.
         */
        get: operations["fetch_attachment"];
        /**
         * Begin an attachment, or ask how far it has come
         * @description Sending it again, with the same size, tells how many parts are stored: the client goes on with the next.
         */
        put: operations["begin_attachment"];
        post?: never;
        /**
         * Give up an own attachment that no entry names
         * @description Ends an attachment that isn't wanted any more, and destroys the parts that were sent. It gives no quota back.
         */
        delete: operations["give_up_attachment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}/attachments/{attachment}/parts/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Send the next parts of an attachment
         * @description Each part but the last has 1 MiB; one request carries four at most, from this number on. A part that is stored is
         *     not stored again, and gets the same answer.
         */
        put: operations["store_part"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * My invitations to this journal, and what became of them
         * @description The caller's own invitations. The other partner's are not listed.
         */
        get: operations["list_invitations"];
        put?: never;
        /**
         * Leave a sealed invitation
         * @description Stores an invitation, which expires at `expires_at`, within a day. Sending it again changes nothing.
         */
        post: operations["create_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}/invitations/{invitation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an invitation of mine
         * @description Ends the invitation: its link leads nowhere. Another partner's invitation gets the same 404 as an unknown one.
         */
        delete: operations["revoke_invitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}/invitations/{invitation}/reveal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Reveal the founder's nonce to the one who answered
         * @description Stores the reveal, once. Sending it again changes nothing.
         */
        put: operations["reveal_invitation"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/{invitation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The sealed invitation behind a link
         * @description Answers the same 404 for an invitation that is unknown, revoked, expired, or answered by somebody else.
         */
        get: operations["get_invitation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/{invitation}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Answer an invitation
         * @description Takes the answer of one account, the first. Sending it again changes nothing.
         */
        put: operations["answer_invitation"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/{invitation}/reveal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The founder's nonce, once it is revealed
         * @description The reveal, for the account that answered, even after the invitation expired.
         */
        get: operations["get_reveal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/carried/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring an account from another server, and log in with it
         * @description Stores a carried account; its account journal follows like any journal. Sending it again, with another challenge,
         *     changes nothing.
         */
        post: operations["carry_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/carried/journals/{journal}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring a page of a journal from another server
         * @description Stores pages in order; nobody sees the journal before the `last`. Stored items are not stored again.
         */
        post: operations["carry_journal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that this device holds nothing more of a journal
         * @description After a restoration a journal takes new items again when each partner has said this, and their other devices that
         *     were in use; or after seven days, when one partner has. No answer tells who has.
         */
        post: operations["confirm_end"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}/closing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * My closing of this journal, as it waits
         * @description The caller's own closing alone. No answer tells whether the other partner has one.
         */
        get: operations["get_own_closing"];
        /**
         * Close a journal later
         * @description Stores a closing in place of the waiting one. Until it is due, no answer to another member shows it.
         */
        put: operations["schedule_closing"];
        post?: never;
        /**
         * Drop my closing of this journal
         * @description Cancels the caller's waiting closing. No answer to another member shows that there was one.
         */
        delete: operations["drop_closing"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Let a journal go
         * @description Ends the caller's membership. When nobody may fetch the journal any more, the server destroys it.
         */
        delete: operations["let_go"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}/withdrawals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Withdraw an own entry
         * @description Withdraws an own entry within a day, with the entry that announces it. The answer doesn't tell whether somebody
         *     kept it.
         */
        post: operations["withdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/journals/{journal}/holdings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keep entries, or erase them for myself
         * @description Stores private marks. No answer to another member shows them.
         */
        post: operations["hold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AccountStatementModel
         * @description A genesis (one signature), a rotation (the old key's, then the new key's) or a keyholder set (one).
         */
        AccountStatementModel: {
            /** Statement */
            statement: string;
            /** Signatures */
            signatures: string[];
        };
        /**
         * AccountStatementModel
         * @description A genesis (one signature), a rotation (the old key's, then the new key's) or a keyholder set (one).
         */
        AccountStatementModelInRequest: {
            /** Statement */
            statement: string;
            /** Signatures */
            signatures: string[];
        };
        /**
         * AnchorModel
         * @description A recovery sheet's or passkey's MAC, made at creation, by which it recognises its account.
         */
        AnchorModel: {
            /** Keyholder */
            keyholder: string;
            /** Mac */
            mac: string;
        };
        /**
         * AnchorModel
         * @description A recovery sheet's or passkey's MAC, made at creation, by which it recognises its account.
         */
        AnchorModelInRequest: {
            /** Keyholder */
            keyholder: string;
            /** Mac */
            mac: string;
        };
        /**
         * AttachmentRequest
         * @description Begins an attachment, or asks how far it has come. `size`: its stored bytes, all parts together.
         *
         *     `entry`: where it came from another server with its journal, the entry there that names it.
         */
        AttachmentRequest: {
            /** Size */
            size: number;
            /**
             * Entry
             * @default null
             */
            entry: string | null;
        };
        /**
         * AttachmentState
         * @description How many parts an attachment has, and how many of them are stored: the number of the part to send next.
         */
        AttachmentState: {
            /** Parts */
            parts: number;
            /** Received */
            received: number;
        };
        /**
         * Carried
         * @description The journal's last seq on this server, and the earlier servers with the last seq of each.
         */
        Carried: {
            /** Seq */
            seq: number;
            /** Receipt Keys */
            receipt_keys: components["schemas"]["CarriedKey"][];
        };
        /**
         * CarriedAccount
         * @description A whole account from another server, or for this one, which has lost it. `log_in`: one of its keyholders signs
         *     this server's challenge.
         *
         *     `packages`: a new one for each keyholder of the newest set. `anchors`: one for each that is not a device.
         *     `earlier_seeds`: the seed of every generation except the newest. `accepted`: instead of an invite code.
         */
        CarriedAccount: {
            log_in: components["schemas"]["LogIn"];
            /**
             * Chain
             * @description A chain or keyholder sets, oldest first.
             */
            chain: components["schemas"]["AccountStatementModelInRequest"][];
            /** Sets */
            sets: components["schemas"]["AccountStatementModelInRequest"][];
            /** Packages */
            packages: components["schemas"]["PackageModel"][];
            /** Anchors */
            anchors?: components["schemas"]["AnchorModelInRequest"][];
            /** Earlier Seeds */
            earlier_seeds?: components["schemas"]["EarlierSeedInRequest"][];
            /**
             * Invite Code
             * @default null
             */
            invite_code: string | null;
            /** @default null */
            accepted: components["schemas"]["FirstPush"] | null;
        };
        /**
         * CarriedEntry
         * @description An entry at its place. `blob` is null where it was destroyed. A malformed header is carried unchanged.
         */
        CarriedEntry: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "entry";
            /** Seq */
            seq: number;
            /** Header */
            header: string;
            /** Blob */
            blob: string | null;
            /** Blob Hash */
            blob_hash: string;
        };
        /**
         * CarriedKey
         * @description A server that held this journal before: it signed the receipts up to the seq `until`.
         */
        CarriedKey: {
            /** Until */
            until: number;
            /** Origin */
            origin: string;
            /** Key */
            key: string;
        };
        /**
         * CarriedPage
         * @description Whole pushes of a journal from another server, in order, each with the receipt that it had there.
         *
         *     `origin` and `receipt_key` name the server that signed these receipts: another one, or this one before it went back
         *     to an older state. `chains`: accounts that the log names and this server may not know. A statement's `grants` holds
         *     the caller's own grant alone, and under this server's own receipts any that it names. `last`: the log ends here.
         */
        CarriedPage: {
            /** Origin */
            origin: string;
            /** Receipt Key */
            receipt_key: string;
            /** Chains */
            chains?: components["schemas"]["ChainInRequest"][];
            /** Items */
            items: (components["schemas"]["PageStatementInRequest"] | components["schemas"]["CarriedEntry"])[];
            /** Receipts */
            receipts: components["schemas"]["ReceiptModelInRequest"][];
            /** Last */
            last: boolean;
        };
        /**
         * Chain
         * @description An account's public statements, genesis first; or those after the requested generation.
         */
        Chain: {
            /** Account */
            account: string;
            /**
             * Statements
             * @description A chain or keyholder sets, oldest first.
             */
            statements: components["schemas"]["AccountStatementModel"][];
        };
        /**
         * Chain
         * @description An account's public statements, genesis first; or those after the requested generation.
         */
        ChainInRequest: {
            /** Account */
            account: string;
            /**
             * Statements
             * @description A chain or keyholder sets, oldest first.
             */
            statements: components["schemas"]["AccountStatementModelInRequest"][];
        };
        /**
         * ChainList
         * @description The chains of all accounts that this journal's log names, past members included, ascending by id.
         *
         *     `more`: ask account by account for the other statements, each time after the last generation.
         *     `receipt_keys`: the receipt keys of the servers that held this journal before, ascending; empty when it began here.
         */
        ChainList: {
            /** Chains */
            chains: components["schemas"]["Chain"][];
            /** Receipt Keys */
            receipt_keys?: components["schemas"]["CarriedKey"][];
            /**
             * More
             * @default false
             */
            more: boolean;
        };
        /**
         * ChallengeAnswer
         * @description A challenge to sign once, before `expires_at`. An unknown keyholder gets an answer of the same kind.
         */
        ChallengeAnswer: {
            /** Challenge */
            challenge: string;
            /** Expires At */
            expires_at: number;
        };
        /**
         * ChallengeRequest
         * @description The keyholder that wants to log in.
         */
        ChallengeRequest: {
            /** Keyholder */
            keyholder: string;
        };
        /**
         * ClosingRequest
         * @description A closing that waits at the server until `not_before`. `salt` opens its `timing`.
         *
         *     `ends`: keyholders of mine that the server then revokes.
         */
        ClosingRequest: {
            /** Statement */
            statement: string;
            /** Signature */
            signature: string;
            /** Salt */
            salt: string;
            /** Not Before */
            not_before: number;
            /** Ends */
            ends?: string[];
        };
        /**
         * ConfirmedEnd
         * @description The last seq that this device holds of a journal, and the head there.
         */
        ConfirmedEnd: {
            /** Seq */
            seq: number;
            /** Head */
            head: string;
        };
        /**
         * EarlierSeed
         * @description An earlier generation's seed sealed to the generation after it.
         */
        EarlierSeed: {
            /** Generation */
            generation: number;
            /** Sealed */
            sealed: string;
        };
        /**
         * EarlierSeed
         * @description An earlier generation's seed sealed to the generation after it.
         */
        EarlierSeedInRequest: {
            /** Generation */
            generation: number;
            /** Sealed */
            sealed: string;
        };
        /**
         * FirstPush
         * @description The genesis of the account's own journal, with this server's receipt: so the account was here before.
         */
        FirstPush: {
            genesis: components["schemas"]["JournalStatementModel"];
            receipt: components["schemas"]["ReceiptModelInRequest"];
        };
        /**
         * GrantModel
         * @description An epoch key sealed to one member.
         */
        GrantModel: {
            /** Account */
            account: string;
            /** Grant */
            grant: string;
        };
        /**
         * GrantModel
         * @description An epoch key sealed to one member.
         */
        GrantModelInRequest: {
            /** Account */
            account: string;
            /** Grant */
            grant: string;
        };
        /**
         * Health
         * @description The server's process answers.
         */
        Health: {
            /**
             * Status
             * @constant
             */
            status: "ok";
        };
        /**
         * HoldingRequest
         * @description My private marks: entries that I keep even if their author withdraws them, or that I erase for myself.
         */
        HoldingRequest: {
            /**
             * Act
             * @enum {string}
             */
            act: "keep" | "erase";
            /** Entries */
            entries: string[];
        };
        /**
         * InvitationAnswer
         * @description The partner's acceptance and chain, sealed under the invitation's secret. An invitation takes one answer.
         */
        InvitationAnswer: {
            /** Sealed */
            sealed: string;
        };
        /**
         * InvitationRequest
         * @description A sealed invitation to a journal, for 24 hours at most. Its id derives from the secret in the link.
         */
        InvitationRequest: {
            /** Invitation */
            invitation: string;
            /** Sealed */
            sealed: string;
            /** Expires At */
            expires_at: number;
        };
        /**
         * JournalClosing
         * @description A waiting closing, signed anew with the keys of the new generation.
         */
        JournalClosing: {
            /** Statement */
            statement: string;
            /** Signature */
            signature: string;
            /** Salt */
            salt: string;
            /** Not Before */
            not_before: number;
            /** Ends */
            ends?: string[];
            /** Journal */
            journal: string;
        };
        /**
         * JournalCreated
         * @description The new journal and its first receipt.
         */
        JournalCreated: {
            /** Journal */
            journal: string;
            receipt: components["schemas"]["ReceiptModel"];
        };
        /**
         * JournalEnd
         * @description When a held journal takes new items at the latest. Null: it takes them now.
         */
        JournalEnd: {
            /** Opens At */
            opens_at: number | null;
        };
        /**
         * JournalList
         * @description All my journals, ascending by id: one poll shows which have new items. `more`: ask again after the last id.
         */
        JournalList: {
            /** Journals */
            journals: components["schemas"]["ListedJournal"][];
            /** More */
            more: boolean;
        };
        /**
         * JournalStatementModel
         * @description A roster statement or a closing; its signatures ascend by account. `grants`: the grants of a fresh epoch.
         */
        JournalStatementModel: {
            /** Statement */
            statement: string;
            /** Signatures */
            signatures: components["schemas"]["SignatureModelInRequest"][];
            /** Grants */
            grants?: components["schemas"]["GrantModelInRequest"][];
        };
        /**
         * Limits
         * @description Sizes in bytes, counts, and times in seconds.
         */
        Limits: {
            /** Push Items */
            push_items: number;
            /** Push Bytes */
            push_bytes: number;
            /** Page Items */
            page_items: number;
            /** Blob Bytes */
            blob_bytes: number;
            /** Body Bytes */
            body_bytes: number;
            /** Invitation Seconds */
            invitation_seconds: number;
            /** Session Idle Seconds */
            session_idle_seconds: number;
            /** Session Absolute Seconds */
            session_absolute_seconds: number;
            /**
             * Attachment Bytes
             * @description 0: it takes none.
             * @default 0
             */
            attachment_bytes: number;
        };
        /**
         * ListedJournal
         * @description The newest seq of one journal of mine: fetch when `seq` is beyond the last one you hold.
         *
         *     `proposals`: how many proposals of other members wait for this partner; always 0 for a confidant.
         */
        ListedJournal: {
            /** Journal */
            journal: string;
            /** Seq */
            seq: number;
            /** Closed */
            closed: boolean;
            /** Proposals */
            proposals: number;
        };
        /**
         * LogIn
         * @description The keyholder's signature over label | server origin | challenge | keyholder id.
         */
        LogIn: {
            /** Keyholder */
            keyholder: string;
            /** Challenge */
            challenge: string;
            /** Signature */
            signature: string;
        };
        /**
         * OpenInvitation
         * @description A sealed invitation, for a holder of its link.
         */
        OpenInvitation: {
            /** Sealed */
            sealed: string;
            /** Expires At */
            expires_at: number;
        };
        /**
         * OpenedSession
         * @description A session: send the token as `Authorization: Bearer`. It expires when idle, and at `expires_at` at the latest.
         */
        OpenedSession: {
            /** Token */
            token: string;
            /** Account */
            account: string;
            /** Expires At */
            expires_at: number;
        };
        /**
         * OwnAccount
         * @description The caller's account: everything that a keyholder needs to open it. Nobody else gets this answer.
         *
         *     `chain` and `earlier_seeds` begin after the requested generation, `sets` after the requested version. `more`: ask
         *     again after the last of these. `anchors`: those of every sheet and passkey; a device needs them to carry the account
         *     to another server.
         */
        OwnAccount: {
            /** Account */
            account: string;
            /** Chain */
            chain: components["schemas"]["AccountStatementModel"][];
            /** Sets */
            sets: components["schemas"]["AccountStatementModel"][];
            /**
             * Generation
             * @description The generation that `package` holds.
             */
            generation: number;
            /** Package */
            package: string;
            /** Earlier Seeds */
            earlier_seeds: components["schemas"]["EarlierSeed"][];
            /** Anchor */
            anchor: string | null;
            /** Anchors */
            anchors?: components["schemas"]["AnchorModel"][];
            /**
             * More
             * @default false
             */
            more: boolean;
        };
        /**
         * OwnClosing
         * @description My waiting closing. The server shows it to no other member.
         */
        OwnClosing: {
            /** Statement */
            statement: string;
            /** Signature */
            signature: string;
            /** Salt */
            salt: string;
            /** Not Before */
            not_before: number;
            /** Ends */
            ends?: string[];
        };
        /**
         * OwnInvitation
         * @description The state of my invitation: the sealed answer once there is one, and whether I revealed.
         */
        OwnInvitation: {
            /** Invitation */
            invitation: string;
            /** Expires At */
            expires_at: number;
            /** Answer */
            answer: string | null;
            /** Revealed */
            revealed: boolean;
        };
        /**
         * OwnInvitationList
         * @description My open invitations to this journal.
         */
        OwnInvitationList: {
            /** Invitations */
            invitations: components["schemas"]["OwnInvitation"][];
        };
        /**
         * OwnSession
         * @description One open session of mine. `used_at` is stored hourly at most. `current`: this request's session.
         */
        OwnSession: {
            /** Session */
            session: string;
            /** Keyholder */
            keyholder: string;
            /** Created At */
            created_at: number;
            /** Used At */
            used_at: number;
            /** Expires At */
            expires_at: number;
            /** Current */
            current: boolean;
        };
        /**
         * PackageModel
         * @description A generation's seed sealed to one keyholder.
         */
        PackageModel: {
            /** Keyholder */
            keyholder: string;
            /** Package */
            package: string;
        };
        /**
         * Page
         * @description Whole pushes after `since`, each with its receipt. `seq` is the journal's newest: fetch until you hold it.
         */
        Page: {
            /** Items */
            items: (components["schemas"]["PageStatement"] | components["schemas"]["PageEntry"])[];
            /** Receipts */
            receipts: components["schemas"]["ReceiptModel"][];
            /** Seq */
            seq: number;
        };
        /**
         * PageEntry
         * @description An entry at its place. After a withdrawal or erasure `blob` is null, and `blob_hash` remains.
         */
        PageEntry: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "entry";
            /** Seq */
            seq: number;
            /** Header */
            header: string;
            /** Blob */
            blob: string | null;
            /** Blob Hash */
            blob_hash: string;
        };
        /**
         * PageStatement
         * @description A statement at its place. `grants` holds the caller's own grant alone.
         */
        PageStatement: {
            /** Statement */
            statement: string;
            /** Signatures */
            signatures: components["schemas"]["SignatureModel"][];
            /** Grants */
            grants?: components["schemas"]["GrantModel"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "statement";
            /** Seq */
            seq: number;
        };
        /**
         * PageStatement
         * @description A statement at its place. `grants` holds the caller's own grant alone.
         */
        PageStatementInRequest: {
            /** Statement */
            statement: string;
            /** Signatures */
            signatures: components["schemas"]["SignatureModelInRequest"][];
            /** Grants */
            grants?: components["schemas"]["GrantModelInRequest"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "statement";
            /** Seq */
            seq: number;
        };
        /**
         * Place
         * @description The place of an item. For an id that the server accepted before, `digest` is the accepted item's.
         */
        Place: {
            /** Seq */
            seq: number;
            /** Digest */
            digest: string;
        };
        /**
         * Problem
         * @description A refusal, as a sentence (`detail`) and a stable `code`. It repeats nothing of the request.
         */
        Problem: {
            /** Type */
            type: string;
            /** Title */
            title: string;
            /** Status */
            status: number;
            /**
             * Code
             * @enum {string}
             */
            code: "malformed" | "rule_broken" | "session_missing" | "login_refused" | "registration_closed" | "invite_code_refused" | "not_found" | "method_not_allowed" | "not_acceptable" | "account_exists" | "journal_exists" | "receipts_ahead" | "roster_moved" | "epoch_stale" | "epoch_moved" | "generation_moved" | "journal_closed" | "journal_open" | "journal_restoring" | "server_restored" | "end_apart" | "set_moved" | "rendezvous_used" | "withdrawal_late" | "closing_limit" | "invitation_used" | "proposal_limit" | "attachment_exists" | "attachment_order" | "attachment_missing" | "too_slow" | "too_large" | "attachment_too_large" | "range_not_satisfiable" | "quota_reached" | "unsupported_media_type" | "head_too_large" | "slow_down" | "daily_limit" | "internal" | "unavailable" | "busy" | "storage_full";
            /** Detail */
            detail: string;
        };
        /**
         * Proposal
         * @description A waiting proposal. Its id is the hash of its statement. It expires when the roster moves, or after 14 days.
         */
        Proposal: {
            /** Statement */
            statement: string;
            /** Signatures */
            signatures: components["schemas"]["SignatureModel"][];
            /** Grants */
            grants?: components["schemas"]["GrantModel"][];
            /** Context */
            context?: string | null;
            /** Proposal */
            proposal: string;
            /** Proposed At */
            proposed_at: number;
        };
        /**
         * ProposalCreated
         * @description The proposal's id.
         */
        ProposalCreated: {
            /** Proposal */
            proposal: string;
        };
        /**
         * ProposalList
         * @description Every proposal that waits in this journal.
         */
        ProposalList: {
            /** Proposals */
            proposals: components["schemas"]["Proposal"][];
        };
        /**
         * ProposalRequest
         * @description A roster statement that waits for signatures. The sealed `context` lets a co-signer compare words.
         */
        ProposalRequest: {
            /** Statement */
            statement: string;
            /** Signatures */
            signatures: components["schemas"]["SignatureModelInRequest"][];
            /** Grants */
            grants?: components["schemas"]["GrantModelInRequest"][];
            /**
             * Context
             * @default null
             */
            context: string | null;
        };
        /**
         * Push
         * @description Items to append, in order. The server accepts all of them, or none.
         */
        Push: {
            /** Items */
            items: (components["schemas"]["PushStatement"] | components["schemas"]["PushEntry"])[];
        };
        /**
         * PushEntry
         * @description A sealed entry.
         */
        PushEntry: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "entry";
            /** Header */
            header: string;
            /** Blob */
            blob: string;
        };
        /**
         * PushStatement
         * @description A roster statement with its grants, or a closing.
         */
        PushStatement: {
            /** Statement */
            statement: string;
            /** Signatures */
            signatures: components["schemas"]["SignatureModelInRequest"][];
            /** Grants */
            grants?: components["schemas"]["GrantModelInRequest"][];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "statement";
        };
        /**
         * Pushed
         * @description One place for each item, in order, and the receipt for the new items (null when none is new).
         */
        Pushed: {
            /** Places */
            places: components["schemas"]["Place"][];
            receipt: components["schemas"]["ReceiptModel"] | null;
        };
        /**
         * Ready
         * @description The server can take work: its database takes writes, and its tables are those of its version.
         */
        Ready: {
            /**
             * Status
             * @constant
             */
            status: "ready";
        };
        /**
         * ReceiptKey
         * @description One receipt key. Each key after the first is signed by the key before it, and signs the same bytes itself.
         */
        ReceiptKey: {
            /** Key */
            key: string;
            /** Signature */
            signature?: string | null;
            /** Countersignature */
            countersignature?: string | null;
        };
        /**
         * ReceiptModel
         * @description The server's signature over a head that the server accepted at `time`.
         */
        ReceiptModel: {
            /** Seq */
            seq: number;
            /** Head */
            head: string;
            /** Time */
            time: number;
            /** Signature */
            signature: string;
        };
        /**
         * ReceiptModel
         * @description The server's signature over a head that the server accepted at `time`.
         */
        ReceiptModelInRequest: {
            /** Seq */
            seq: number;
            /** Head */
            head: string;
            /** Time */
            time: number;
            /** Signature */
            signature: string;
        };
        /**
         * Registered
         * @description The new account and the first receipt of its account journal.
         */
        Registered: {
            /** Account */
            account: string;
            receipt: components["schemas"]["ReceiptModel"];
        };
        /**
         * Registration
         * @description A whole account in one request: genesis, two keyholder sets, account journal, packages, anchors.
         */
        Registration: {
            genesis: components["schemas"]["AccountStatementModelInRequest"];
            /** Sets */
            sets: components["schemas"]["AccountStatementModelInRequest"][];
            account_journal: components["schemas"]["JournalStatementModel"];
            /** Packages */
            packages: components["schemas"]["PackageModel"][];
            /** Anchors */
            anchors?: components["schemas"]["AnchorModelInRequest"][];
            /**
             * Invite Code
             * @description A code from the server's operator, or the id of an open invitation to a journal.
             * @default null
             */
            invite_code: string | null;
        };
        /**
         * RendezvousAnswer
         * @description The message, or null before it is left.
         */
        RendezvousAnswer: {
            /** Sealed */
            sealed: string | null;
        };
        /**
         * RendezvousMessage
         * @description One message, sealed under the code that the new device shows.
         */
        RendezvousMessage: {
            /** Sealed */
            sealed: string;
        };
        /**
         * Reveal
         * @description The founder's nonce, sealed under the invitation's secret; null until it is revealed.
         */
        Reveal: {
            /** Sealed */
            sealed: string | null;
        };
        /**
         * RevealRequest
         * @description The founder's nonce, sealed under the invitation's secret.
         */
        RevealRequest: {
            /** Sealed */
            sealed: string;
        };
        /**
         * RotationAnswer
         * @description The receipt of the push to the account journal; null when the server accepted the same request before.
         */
        RotationAnswer: {
            receipt: components["schemas"]["ReceiptModel"] | null;
        };
        /**
         * RotationRequest
         * @description New keys for the account, in one atomic request. Keyholders that `set` leaves out are revoked.
         *
         *     `packages`: one for each keyholder of `set`. `anchors`: one for each new keyholder that is not a device.
         *     `earlier_seed`: the previous seed, sealed to the new generation. `account_journal`: a `rotate` that names the new
         *     generation, and the entry that says so. `closings`: the waiting closings, signed anew; the others are cancelled.
         */
        RotationRequest: {
            rotation: components["schemas"]["AccountStatementModelInRequest"];
            set: components["schemas"]["AccountStatementModelInRequest"];
            /** Packages */
            packages: components["schemas"]["PackageModel"][];
            /** Anchors */
            anchors?: components["schemas"]["AnchorModelInRequest"][];
            /** Earlier Seed */
            earlier_seed: string;
            account_journal: components["schemas"]["Push"];
            /** Closings */
            closings?: components["schemas"]["JournalClosing"][];
        };
        /**
         * ServerInfo
         * @description Fetched from `/.well-known/duolog` without a session.
         */
        ServerInfo: {
            /** Origin */
            origin: string;
            /**
             * Version
             * @description The program's version, for support.
             */
            version: string;
            /** Suites */
            suites: number[];
            /**
             * Registration
             * @enum {string}
             */
            registration: "open" | "invite" | "closed";
            /**
             * Receipt Keys
             * @description Oldest first.
             */
            receipt_keys: components["schemas"]["ReceiptKey"][];
            limits: components["schemas"]["Limits"];
            /**
             * Restored At
             * @description When this server last went back to an older state: a client that doesn't know this time brings what it holds. Null: it never did.
             */
            restored_at?: number | null;
        };
        /**
         * SessionList
         * @description My open sessions, newest first.
         */
        SessionList: {
            /** Sessions */
            sessions: components["schemas"]["OwnSession"][];
        };
        /**
         * SetRequest
         * @description The next keyholder set of a generation. It adds keyholders or names another rotator, and removes nobody.
         *
         *     `packages`: one for each new keyholder. `anchors`: one for each new keyholder that is not a device.
         */
        SetRequest: {
            set: components["schemas"]["AccountStatementModelInRequest"];
            /** Packages */
            packages: components["schemas"]["PackageModel"][];
            /** Anchors */
            anchors?: components["schemas"]["AnchorModelInRequest"][];
        };
        /**
         * SignatureModel
         * @description One account's signature over a journal's statement.
         */
        SignatureModel: {
            /** Account */
            account: string;
            /** Signature */
            signature: string;
        };
        /**
         * SignatureModel
         * @description One account's signature over a journal's statement.
         */
        SignatureModelInRequest: {
            /** Account */
            account: string;
            /** Signature */
            signature: string;
        };
        /**
         * WithdrawalRequest
         * @description My entry to withdraw, and the sealed entry that announces it (a `withdrawn` document).
         */
        WithdrawalRequest: {
            /** Entry */
            entry: string;
            /** Header */
            header: string;
            /** Blob */
            blob: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /**
         * @description How many seconds to wait before the next try.
         * @example 5
         */
        "Retry-After": number;
        /**
         * @description How to authenticate: a session's token as `Authorization: Bearer`.
         * @example Bearer
         */
        "WWW-Authenticate": "Bearer";
        /**
         * @description `close` where the server doesn't read the rest of the body.
         * @example close
         */
        Connection: "close";
        /**
         * @description The server can send a range of these bytes.
         * @example bytes
         */
        "Accept-Ranges": "bytes";
        /**
         * @description A proxy passes each event on at once.
         * @example no
         */
        "X-Accel-Buffering": "no";
        /**
         * @description Which bytes these are, and of how many: `bytes a-b/size`, or `bytes *\/size` in a refusal.
         * @example bytes 0-31/296
         */
        "Content-Range": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The server's process answers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The server can take work: its database takes writes, and its tables are those of its version. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_server: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Fetched from `/.well-known/duolog` without a session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerInfo"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Registration"];
            };
        };
        responses: {
            /** @description The new account and the first receipt of its account journal. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registered"];
                };
            };
            /** @description `registration_closed`: This server takes no new accounts. Ask whoever runs it, or choose another server. `invite_code_refused`: This server takes new accounts by invite code, and this code is not valid or was used. Ask for a new code. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `account_exists`: An account with one of these keyholders exists already. Log in to it instead. `journal_exists`: This journal exists already. Fetch it instead. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rule_broken`: The request is well-formed, but it breaks a rule of the protocol. Update your program. `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_set: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetRequest"];
            };
        };
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `set_moved`: Another device of yours changed this account's keys a moment ago. Fetch the account, then try again. `account_exists`: An account with one of these keyholders exists already. Log in to it instead. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rule_broken`: The request is well-formed, but it breaks a rule of the protocol. Update your program. `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `daily_limit`: Your account has reached this server's limit for this in a day. Try again after midnight (UTC). `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_own_account: {
        parameters: {
            query?: {
                /** @description The last one that the caller has: the answer begins after it. */
                generation?: number;
                /** @description The last one that the caller has: the answer begins after it. */
                version?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller's account: everything that a keyholder needs to open it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnAccount"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `journal_open`: The journal is still open. Close it first, or leave it if you are a confidant. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotationRequest"];
            };
        };
        responses: {
            /** @description The receipt of the push to the account journal; null when the server accepted the same request before. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotationAnswer"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `set_moved`: Another device of yours changed this account's keys a moment ago. Fetch the account, then try again. `account_exists`: An account with one of these keyholders exists already. Log in to it instead. `roster_moved`: The journal's members changed meanwhile. Fetch the journal, then try again. `epoch_stale`: The journal's key must be changed before anything is written. Your program does this by itself. `epoch_moved`: The entry was sealed with another key than the one in force. Fetch the journal, then seal it again. `generation_moved`: The entry was written with account keys that are not in force here. Fetch the journal, then try again. `journal_closed`: This journal is closed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rule_broken`: The request is well-formed, but it breaks a rule of the protocol. Update your program. `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fetch_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The device that leaves the message: the new one, or the old one. */
                role: "new" | "old";
                /** @description Which of its messages, from 1. */
                number: number;
                /** @description Id of the rendezvous, base64url. */
                rendezvous: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The message, or null before it is left. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RendezvousAnswer"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    leave_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The device that leaves the message: the new one, or the old one. */
                role: "new" | "old";
                /** @description Which of its messages, from 1. */
                number: number;
                /** @description Id of the rendezvous, base64url. */
                rendezvous: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RendezvousMessage"];
            };
        };
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rendezvous_used`: This code has been used already, perhaps by somebody else. Begin again with a new code. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `daily_limit`: Your account has reached this server's limit for this in a day. Try again after midnight (UTC). `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_challenge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChallengeRequest"];
            };
        };
        responses: {
            /** @description A challenge to sign once, before `expires_at`. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChallengeAnswer"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description My open sessions, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    log_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LogIn"];
            };
        };
        responses: {
            /** @description A session: send the token as `Authorization: Bearer`. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedSession"];
                };
            };
            /** @description `login_refused`: The server refuses this log-in: its challenge or signature is not valid. Ask for a new challenge. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_other_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    log_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the session, base64url. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_journals: {
        parameters: {
            query?: {
                /** @description The last id of the answer before; empty to begin. */
                after?: string;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All my journals, ascending by id: one poll shows which have new items. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalList"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_journal: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JournalStatementModel"];
            };
        };
        responses: {
            /** @description The new journal and its first receipt. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalCreated"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `journal_exists`: This journal exists already. Fetch it instead. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `quota_reached`: Your account has no room left at this server for this. Nothing that is stored is lost. Ask whoever runs the server for more room, or move to another server. `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rule_broken`: The request is well-formed, but it breaks a rule of the protocol. Update your program. `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `daily_limit`: Your account has reached this server's limit for this in a day. Try again after midnight (UTC). `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_chains: {
        parameters: {
            query?: {
                /** @description Only this account's statements; empty for everybody's. */
                account?: string;
                /** @description With `account`: only those of a generation after this one. */
                after?: number;
            };
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The chains of all accounts that this journal's log names, past members included, ascending by id. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChainList"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_proposals: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every proposal that waits in this journal. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProposalList"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_proposal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProposalRequest"];
            };
        };
        responses: {
            /** @description The proposal's id. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProposalCreated"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `journal_closed`: This journal is closed. `roster_moved`: The journal's members changed meanwhile. Fetch the journal, then try again. `proposal_limit`: Too many or too large proposals of yours wait in this journal already. Withdraw a proposal first. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rule_broken`: The request is well-formed, but it breaks a rule of the protocol. Update your program. `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `daily_limit`: Your account has reached this server's limit for this in a day. Try again after midnight (UTC). `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drop_proposal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the proposal, base64url. */
                proposal: string;
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pull_entries: {
        parameters: {
            query?: {
                /** @description The last seq that the caller holds; 0 to begin. */
                since?: number;
                /** @description How many items at most; a push is never cut. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whole pushes, each with its receipt. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.duolog.v1": string;
                    "application/json": components["schemas"]["Page"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable`: The server can't answer in a form that you accept. The API documentation at /docs names the forms. */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    push_entries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Push"];
                "application/vnd.duolog.v1": string;
            };
        };
        responses: {
            /** @description One place for each item, in order, and the receipt for the new items (null when none is new). */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pushed"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `journal_closed`: This journal is closed. `journal_restoring`: This server has gone back to an older state, and takes nothing new in this journal until its members' devices have brought what is missing. Your program does its part by itself; what you write waits on your device. `roster_moved`: The journal's members changed meanwhile. Fetch the journal, then try again. `epoch_stale`: The journal's key must be changed before anything is written. Your program does this by itself. `epoch_moved`: The entry was sealed with another key than the one in force. Fetch the journal, then seal it again. `generation_moved`: The entry was written with account keys that are not in force here. Fetch the journal, then try again. `attachment_missing`: An entry names an attachment that its author hasn't sent whole, or that belongs to another entry. Send the attachment first. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `quota_reached`: Your account has no room left at this server for this. Nothing that is stored is lost. Ask whoever runs the server for more room, or move to another server. `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rule_broken`: The request is well-formed, but it breaks a rule of the protocol. Update your program. `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `daily_limit`: Your account has reached this server's limit for this in a day. Try again after midnight (UTC). `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listen: {
        parameters: {
            query?: never;
            header?: {
                /** @description The newest `id` of an earlier stream. If it names the present state, the stream begins with silence; else, and without it, with an event for each journal. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events without an end. The `data` of each is a `Wake` as JSON. Lines with a colon alone are beats. */
            200: {
                headers: {
                    "X-Accel-Buffering": components["headers"]["X-Accel-Buffering"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fetch_attachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
                /** @description Id of the attachment, base64url. */
                attachment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All the bytes. */
            200: {
                headers: {
                    "Accept-Ranges": components["headers"]["Accept-Ranges"];
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The bytes of the range. */
            206: {
                headers: {
                    "Accept-Ranges": components["headers"]["Accept-Ranges"];
                    "Content-Range": components["headers"]["Content-Range"];
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `range_not_satisfiable`: The attachment ends before the bytes that were asked for. Content-Range says how many it has. */
            416: {
                headers: {
                    "Content-Range": components["headers"]["Content-Range"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    begin_attachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
                /** @description Id of the attachment, base64url. */
                attachment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AttachmentRequest"];
            };
        };
        responses: {
            /** @description How many parts an attachment has, and how many of them are stored: the number of the part to send next. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttachmentState"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `attachment_exists`: There is another attachment of this id in the journal, or one of another size. Send it under a new id. `journal_closed`: This journal is closed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `attachment_too_large`: The attachment is larger than this server takes. Make it smaller, or cut it in several. `quota_reached`: Your account has no room left at this server for this. Nothing that is stored is lost. Ask whoever runs the server for more room, or move to another server. `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rule_broken`: The request is well-formed, but it breaks a rule of the protocol. Update your program. `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `daily_limit`: Your account has reached this server's limit for this in a day. Try again after midnight (UTC). `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    give_up_attachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
                /** @description Id of the attachment, base64url. */
                attachment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    store_part: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Which part, from 0. */
                number: number;
                /** @description Id of the journal, base64url. */
                journal: string;
                /** @description Id of the attachment, base64url. */
                attachment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description How many parts an attachment has, and how many of them are stored: the number of the part to send next. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttachmentState"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `attachment_order`: The parts of an attachment come in order. The next one is number 0. `journal_closed`: This journal is closed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_invitations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description My open invitations to this journal. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnInvitationList"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationRequest"];
            };
        };
        responses: {
            /** @description Done; the answer has no body. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invitation_used`: This invitation was used already. Ask for a new invitation. `proposal_limit`: Too many or too large proposals of yours wait in this journal already. Withdraw a proposal first. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rule_broken`: The request is well-formed, but it breaks a rule of the protocol. Update your program. `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `daily_limit`: Your account has reached this server's limit for this in a day. Try again after midnight (UTC). `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the invitation, base64url. */
                invitation: string;
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reveal_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the invitation, base64url. */
                invitation: string;
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RevealRequest"];
            };
        };
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invitation_used`: This invitation was used already. Ask for a new invitation. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the invitation, base64url. */
                invitation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A sealed invitation, for a holder of its link. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenInvitation"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    answer_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the invitation, base64url. */
                invitation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationAnswer"];
            };
        };
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invitation_used`: This invitation was used already. Ask for a new invitation. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_reveal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the invitation, base64url. */
                invitation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The founder's nonce, sealed under the invitation's secret; null until it is revealed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reveal"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    carry_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CarriedAccount"];
            };
        };
        responses: {
            /** @description A session: send the token as `Authorization: Bearer`. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedSession"];
                };
            };
            /** @description `login_refused`: The server refuses this log-in: its challenge or signature is not valid. Ask for a new challenge. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `registration_closed`: This server takes no new accounts. Ask whoever runs it, or choose another server. `invite_code_refused`: This server takes new accounts by invite code, and this code is not valid or was used. Ask for a new code. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `account_exists`: An account with one of these keyholders exists already. Log in to it instead. `set_moved`: Another device of yours changed this account's keys a moment ago. Fetch the account, then try again. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rule_broken`: The request is well-formed, but it breaks a rule of the protocol. Update your program. `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    carry_journal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CarriedPage"];
            };
        };
        responses: {
            /** @description The journal's last seq on this server, and the earlier servers with the last seq of each. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Carried"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `account_exists`: An account with one of these keyholders exists already. Log in to it instead. `journal_exists`: This journal exists already. Fetch it instead. `server_restored`: This server has gone back to an older state, and knows it by what you brought. Log in again, and bring what you have: your program does this by itself. `receipts_ahead`: The journal's receipts are more than a day in the future: the clock of the server that gave them was wrong, or this server's clock is. Ask whoever runs this server to check its clock, then try again. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `quota_reached`: Your account has no room left at this server for this. Nothing that is stored is lost. Ask whoever runs the server for more room, or move to another server. `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rule_broken`: The request is well-formed, but it breaks a rule of the protocol. Update your program. `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `daily_limit`: Your account has reached this server's limit for this in a day. Try again after midnight (UTC). `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirm_end: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmedEnd"];
            };
        };
        responses: {
            /** @description When a held journal takes new items at the latest. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalEnd"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `end_apart`: The journal ends elsewhere here. Fetch what you lack, or bring what the server lacks, then try again. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_own_closing: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description My waiting closing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnClosing"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    schedule_closing: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClosingRequest"];
            };
        };
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `journal_closed`: This journal is closed. `closing_limit`: Too many closings wait already. Cancel a closing first. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rule_broken`: The request is well-formed, but it breaks a rule of the protocol. Update your program. `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drop_closing: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    let_go: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `journal_open`: The journal is still open. Close it first, or leave it if you are a confidant. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rule_broken`: The request is well-formed, but it breaks a rule of the protocol. Update your program. `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdraw: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WithdrawalRequest"];
            };
        };
        responses: {
            /** @description One place for each item, in order, and the receipt for the new items (null when none is new). */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pushed"];
                };
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `journal_closed`: This journal is closed. `epoch_stale`: The journal's key must be changed before anything is written. Your program does this by itself. `epoch_moved`: The entry was sealed with another key than the one in force. Fetch the journal, then seal it again. `generation_moved`: The entry was written with account keys that are not in force here. Fetch the journal, then try again. `attachment_missing`: An entry names an attachment that its author hasn't sent whole, or that belongs to another entry. Send the attachment first. `withdrawal_late`: You can withdraw an entry for a day, where it was accepted. You can erase this entry for yourself alone. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `quota_reached`: Your account has no room left at this server for this. Nothing that is stored is lost. Ask whoever runs the server for more room, or move to another server. `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rule_broken`: The request is well-formed, but it breaks a rule of the protocol. Update your program. `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `daily_limit`: Your account has reached this server's limit for this in a day. Try again after midnight (UTC). `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the journal, base64url. */
                journal: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HoldingRequest"];
            };
        };
        responses: {
            /** @description Done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `session_missing`: There is no valid session. Log in again. */
            401: {
                headers: {
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address that you may see. Check the address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_slow`: The request took too long to arrive. Check the connection, then try again. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than this server takes. Send less at once. */
            413: {
                headers: {
                    Connection: components["headers"]["Connection"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not in a form that this address takes. The API documentation at /docs names the forms. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `malformed`: The request is not in the form that this address takes. The API documentation at /docs shows it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `slow_down`: There were too many requests. Wait as long as Retry-After says, then try again. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: The server failed, and nothing was stored. Try again; if it fails again, tell whoever runs the server. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: The server can't reach its storage, and can't say whether it stored this. Try again in a minute: nothing is stored twice. `busy`: The server is busy with other requests. Wait as long as Retry-After says, then try again. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `storage_full`: The server's disk is full, and nothing was stored. Keep your text; whoever runs the server must make room. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
