export declare function bundle(root: string, program?: { entry: string; target: string }): Promise<boolean>;
export declare function bundleDashboard(root: string): Promise<boolean>;
