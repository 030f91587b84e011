export function bundle(folder: string, root?: string): Promise<void>;
export function build(folder: string, root?: string): Promise<string>;
