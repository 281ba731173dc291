/** The ports of this process's own servers: nothing is handed on to them. */

/** How many servers listen at each. */
const ports = new Map<number, number>();

/** @returns to be called when nothing listens there any more */
export function claimPort(port: number): () => void {
  ports.set(port, (ports.get(port) ?? 0) + 1);
  return () => {
    const left = (ports.get(port) ?? 1) - 1;
    if (left === 0) ports.delete(port);
    else ports.set(port, left);
  };
}

export const isOwnPort = (port: number): boolean => ports.has(port);
