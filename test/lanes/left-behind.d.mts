export function leftBehind(scratch: string): Promise<string[]>;
export function serviceHomes(folder: string, depth?: number): string[];
