export function withLock<T>(file: string, work: (heldBy: (pid: number) => void) => Promise<T>): Promise<T>
