export const BASE: string;
export const SUMS: string;
export function filesOf(folder: string): string[];
export function scriptsOf(html: string): string[];
export function importedBy(folder: string, scripts: string[]): string[];
export function finish(folder: string): string;
