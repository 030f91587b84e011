/** Each file that is made, with what makes its text. */
export const FILES: Readonly<Record<string, () => Promise<string>>>;

/** The committed text of one of the files. */
export function committed(name: string): string;
