export function namesIn(source: string): Set<string>;
export function used(code: string, wanted: Set<string>): string;
