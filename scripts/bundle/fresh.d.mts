export declare const COMMANDS: string;
export declare const DASHBOARD: string;
export declare const ENTRY: string;
export declare function freshBundle(root: string, target?: string): string | undefined;
export declare const INPUTS: string;
export declare function hashOf(root: string, paths: readonly string[]): string;
