// Made by `make sdk-types` from openapi/: change the Python code, not this file.

export interface Acceptance {
  /**
   * base64url, 32 bytes
   */
  account: string;
  /**
   * base64url, 32 bytes
   */
  chain_head: string;
  generation: number;
  /**
   * base64url, 32 bytes
   */
  invitation: string;
  /**
   * base64url, 32 bytes
   */
  journal: string;
  /**
   * base64url, 32 bytes
   */
  nonce: string;
  rights: "read" | "write";
  role: "partner" | "confidant";
  type: "acceptance";
  until?: number;
}

export interface AccountGenesis {
  /**
   * base64url, 32 bytes
   */
  box_key: string;
  /**
   * base64url, 1216 bytes
   */
  kem_key: string;
  /**
   * base64url, 32 bytes
   */
  keyholders: string;
  /**
   * base64url, 32 bytes
   */
  nonce: string;
  /**
   * base64url, 32 bytes
   */
  sign_key: string;
  suite: number;
  type: "account_genesis";
}

export interface AccountRotation {
  /**
   * base64url, 32 bytes
   */
  account: string;
  at: number;
  /**
   * base64url, 32 bytes
   */
  box_key: string;
  generation: number;
  /**
   * base64url, 1216 bytes
   */
  kem_key: string;
  /**
   * base64url, 32 bytes
   */
  keyholders: string;
  /**
   * base64url, 32 bytes
   */
  prev: string;
  /**
   * base64url, 32 bytes
   */
  sign_key: string;
  type: "account_rotation";
}

export interface Close {
  /**
   * base64url, 32 bytes
   */
  account: string;
  generation: number;
  /**
   * base64url, 32 bytes
   */
  journal: string;
  /**
   * base64url, 32 bytes
   */
  nonce: string;
  /**
   * base64url, 32 bytes
   */
  receipt_key?: string;
  /**
   * base64url, 32 bytes
   */
  timing: string;
  type: "close";
}

export interface ConfidantContext {
  /**
   * @minItems 1
   * @maxItems 4096
   */
  chain: {
    /**
     * @minItems 1
     * @maxItems 2
     *
     * Items: base64url, 64 bytes
     */
    signatures: string[];
    /**
     * base64url, 65536 bytes at most
     */
    statement: string;
  }[];
  /**
   * base64url, 1048576 bytes at most
   */
  invitation: string;
  /**
   * base64url, 32 bytes
   */
  nonce: string;
  type: "confidant_context";
}

export interface DeviceAccount {
  /**
   * base64url, 32 bytes
   */
  account: string;
  account_head: {
    /**
     * base64url, 32 bytes
     */
    head: string;
    seq: number;
  };
  /**
   * @minItems 1
   * @maxItems 4096
   */
  chain: {
    /**
     * @minItems 1
     * @maxItems 2
     *
     * Items: base64url, 64 bytes
     */
    signatures: string[];
    /**
     * base64url, 65536 bytes at most
     */
    statement: string;
  }[];
  origin: string;
  /**
   * base64url, 32 bytes
   */
  receipt_key: string;
  /**
   * base64url, 32 bytes
   */
  salt: string;
  /**
   * @minItems 1
   * @maxItems 4096
   */
  sets: {
    /**
     * @minItems 1
     * @maxItems 2
     *
     * Items: base64url, 64 bytes
     */
    signatures: string[];
    /**
     * base64url, 65536 bytes at most
     */
    statement: string;
  }[];
  type: "device_account";
}

export interface DeviceAdded {
  type: "device_added";
  version: number;
}

export interface DeviceKeys {
  /**
   * base64url, 1216 bytes
   */
  kem_key: string;
  /**
   * base64url, 32 bytes
   */
  sign_key: string;
  type: "device_keys";
}

export interface Invitation {
  /**
   * @minItems 1
   * @maxItems 4096
   */
  chain: {
    /**
     * @minItems 1
     * @maxItems 2
     *
     * Items: base64url, 64 bytes
     */
    signatures: string[];
    /**
     * base64url, 65536 bytes at most
     */
    statement: string;
  }[];
  genesis: {
    /**
     * @minItems 1
     * @maxItems 1
     */
    signatures: {
      /**
       * base64url, 32 bytes
       */
      account: string;
      /**
       * base64url, 64 bytes
       */
      signature: string;
    }[];
    /**
     * base64url, 65536 bytes at most
     */
    statement: string;
  };
  origin: string;
  /**
   * base64url, 32 bytes
   */
  receipt_key: string;
  /**
   * base64url, 32 bytes
   */
  reveal: string;
  rights: "read" | "write";
  role: "partner" | "confidant";
  type: "invitation";
  until?: number;
}

export interface InvitationAnswer {
  /**
   * base64url, 65536 bytes at most
   */
  acceptance: string;
  /**
   * @minItems 1
   * @maxItems 4096
   */
  chain: {
    /**
     * @minItems 1
     * @maxItems 2
     *
     * Items: base64url, 64 bytes
     */
    signatures: string[];
    /**
     * base64url, 65536 bytes at most
     */
    statement: string;
  }[];
  /**
   * base64url, 64 bytes
   */
  signature: string;
  type: "invitation_answer";
}

export interface KeyholderSet {
  account_head?: {
    /**
     * base64url, 32 bytes
     */
    head: string;
    seq: number;
  };
  /**
   * base64url, 32 bytes
   */
  account_journal?: string;
  generation: number;
  /**
   * base64url, 32 bytes
   */
  prev?: string;
  /**
   * base64url, 32 bytes
   */
  rotator: string;
  /**
   * @minItems 1
   * @maxItems 16
   */
  set: {
    /**
     * base64url, 32 bytes
     */
    id: string;
    /**
     * base64url, 1216 bytes
     */
    kem_key: string;
    kind: "device" | "recovery_sheet" | "passkey";
    /**
     * base64url, 32 bytes
     */
    sign_key: string;
  }[];
  type: "keyholder_set";
  version: number;
}

export interface Message {
  /**
   * @minItems 1
   * @maxItems 16
   */
  attachments?: {
    /**
     * base64url, 32 bytes
     */
    digest: string;
    /**
     * base64url, 16 bytes
     */
    id: string;
    /**
     * base64url, 32 bytes
     */
    key: string;
    size: number;
    type: string;
  }[];
  document: {
    at: number;
    body: {};
    kind: string;
    v: number;
  };
  /**
   * base64url, 16 bytes
   */
  follows?: string;
  /**
   * @minItems 1
   * @maxItems 1024
   */
  refused?: number[];
  /**
   * base64url, 112 bytes
   */
  seen: string;
}

export type Roster =
  | {
      acceptance: {
        /**
         * base64url, 64 bytes
         */
        signature: string;
        /**
         * base64url, 65536 bytes at most
         */
        statement: string;
      };
      change: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        kind: "add";
      };
      epoch: number;
      /**
       * base64url, 32 bytes
       */
      epoch_commitment: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      grants?: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        digest: string;
      }[];
      /**
       * base64url, 32 bytes
       */
      journal: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      members: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        chain_head: string;
        generation: number;
        rights: "read" | "write";
        role: "partner" | "confidant";
        until?: number;
      }[];
      /**
       * base64url, 32 bytes
       */
      prev: string;
      provisional: boolean;
      suite: number;
      type: "roster";
      version: number;
    }
  | {
      change: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        kind: "bad_grant";
      };
      epoch: number;
      /**
       * base64url, 32 bytes
       */
      epoch_commitment: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      grants?: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        digest: string;
      }[];
      /**
       * base64url, 32 bytes
       */
      journal: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      members: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        chain_head: string;
        generation: number;
        rights: "read" | "write";
        role: "partner" | "confidant";
        until?: number;
      }[];
      /**
       * base64url, 32 bytes
       */
      prev: string;
      provisional: boolean;
      suite: number;
      type: "roster";
      version: number;
    }
  | {
      change: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        kind: "extend";
      };
      epoch: number;
      /**
       * base64url, 32 bytes
       */
      epoch_commitment: string;
      /**
       * base64url, 32 bytes
       */
      journal: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      members: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        chain_head: string;
        generation: number;
        rights: "read" | "write";
        role: "partner" | "confidant";
        until?: number;
      }[];
      /**
       * base64url, 32 bytes
       */
      prev: string;
      provisional: boolean;
      suite: number;
      type: "roster";
      version: number;
    }
  | {
      change: {
        kind: "genesis";
      };
      epoch: number;
      /**
       * base64url, 32 bytes
       */
      epoch_commitment: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      grants?: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        digest: string;
      }[];
      /**
       * @minItems 1
       * @maxItems 10
       */
      members: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        chain_head: string;
        generation: number;
        rights: "read" | "write";
        role: "partner" | "confidant";
      }[];
      /**
       * base64url, 32 bytes
       */
      nonce: string;
      provisional: boolean;
      suite: number;
      type: "roster";
      version: number;
    }
  | {
      change: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        kind: "leave";
      };
      epoch: number;
      /**
       * base64url, 32 bytes
       */
      epoch_commitment: string;
      /**
       * base64url, 32 bytes
       */
      journal: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      members: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        chain_head: string;
        generation: number;
        rights: "read" | "write";
        role: "partner" | "confidant";
        until?: number;
      }[];
      /**
       * base64url, 32 bytes
       */
      prev: string;
      provisional: boolean;
      suite: number;
      type: "roster";
      version: number;
    }
  | {
      change: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        kind: "refresh";
      };
      epoch: number;
      /**
       * base64url, 32 bytes
       */
      epoch_commitment: string;
      /**
       * base64url, 32 bytes
       */
      journal: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      members: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        chain_head: string;
        generation: number;
        rights: "read" | "write";
        role: "partner" | "confidant";
      }[];
      /**
       * base64url, 32 bytes
       */
      prev: string;
      provisional: boolean;
      suite: number;
      type: "roster";
      version: number;
    }
  | {
      change: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        kind: "remove";
      };
      epoch: number;
      /**
       * base64url, 32 bytes
       */
      epoch_commitment: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      grants?: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        digest: string;
      }[];
      /**
       * base64url, 32 bytes
       */
      journal: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      members: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        chain_head: string;
        generation: number;
        rights: "read" | "write";
        role: "partner" | "confidant";
      }[];
      /**
       * base64url, 32 bytes
       */
      prev: string;
      provisional: boolean;
      suite: number;
      type: "roster";
      version: number;
    }
  | {
      change: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        kind: "rights";
      };
      epoch: number;
      /**
       * base64url, 32 bytes
       */
      epoch_commitment: string;
      /**
       * base64url, 32 bytes
       */
      journal: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      members: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        chain_head: string;
        generation: number;
        rights: "read" | "write";
        role: "partner" | "confidant";
        until?: number;
      }[];
      /**
       * base64url, 32 bytes
       */
      prev: string;
      provisional: boolean;
      suite: number;
      type: "roster";
      version: number;
    }
  | {
      change: {
        kind: "rotate";
      };
      epoch: number;
      /**
       * base64url, 32 bytes
       */
      epoch_commitment: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      grants?: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        digest: string;
      }[];
      /**
       * base64url, 32 bytes
       */
      journal: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      members: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        chain_head: string;
        generation: number;
        rights: "read" | "write";
        role: "partner" | "confidant";
        until?: number;
      }[];
      /**
       * base64url, 32 bytes
       */
      prev: string;
      provisional: boolean;
      suite: number;
      type: "roster";
      version: number;
    }
  | {
      change: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        kind: "shorten";
      };
      epoch: number;
      /**
       * base64url, 32 bytes
       */
      epoch_commitment: string;
      /**
       * base64url, 32 bytes
       */
      journal: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      members: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        chain_head: string;
        generation: number;
        rights: "read" | "write";
        role: "partner" | "confidant";
        until?: number;
      }[];
      /**
       * base64url, 32 bytes
       */
      prev: string;
      provisional: boolean;
      suite: number;
      type: "roster";
      version: number;
    }
  | {
      change: {
        kind: "verify";
      };
      epoch: number;
      /**
       * base64url, 32 bytes
       */
      epoch_commitment: string;
      /**
       * base64url, 32 bytes
       */
      journal: string;
      /**
       * @minItems 1
       * @maxItems 10
       */
      members: {
        /**
         * base64url, 32 bytes
         */
        account: string;
        /**
         * base64url, 32 bytes
         */
        chain_head: string;
        generation: number;
        rights: "read" | "write";
        role: "partner" | "confidant";
      }[];
      /**
       * base64url, 32 bytes
       */
      prev: string;
      provisional: boolean;
      suite: number;
      type: "roster";
      version: number;
    };
