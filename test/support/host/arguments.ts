import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the desktop's arguments ask of an editor, paths absolute. */
export interface LaunchArguments {
  /** A folder or a `.code-workspace` file; absent for an empty window. */
  readonly workspace: string | undefined;
  readonly extensionDevelopmentPaths: readonly string[];
  readonly extensionTestsPath: string | undefined;
  readonly userDataDir: string | undefined;
  readonly extensionsDir: string | undefined;
  readonly disableWorkspaceTrust: boolean;
}

/** Arguments of the desktop that mean nothing to a server in a headless browser. */
const MEANINGLESS = new Set([
  '--no-sandbox',
  '--disable-gpu',
  '--disable-gpu-sandbox',
  '--disable-updates',
  '--disable-telemetry',
  '--disable-crash-reporter',
  '--skip-welcome',
  '--skip-release-notes',
  '--new-window',
  '--wait',
]);

/** Reads the desktop's command line. Throws on an argument this host cannot honour: a test must not rely on one in vain. */
export function parseArguments(argv: readonly string[]): LaunchArguments {
  const values = new Map<string, string[]>();
  const flags = new Set<string>();
  for (const argument of argv) {
    const [name, value] = splitArgument(argument);
    if (MEANINGLESS.has(name)) continue;
    if (value === undefined) flags.add(name);
    else values.set(name, [...(values.get(name) ?? []), value]);
  }
  const take = (name: string): string[] => {
    const taken = values.get(name) ?? [];
    values.delete(name);
    return taken.map(toPath);
  };
  const parsed = {
    extensionDevelopmentPaths: take('--extensionDevelopmentPath'),
    extensionTestsPath: take('--extensionTestsPath')[0],
    userDataDir: take('--user-data-dir')[0],
    extensionsDir: take('--extensions-dir')[0],
    workspace: [...take('--folder-uri'), ...take('--file-uri'), ...take('')][0],
    disableWorkspaceTrust: flags.delete('--disable-workspace-trust'),
  };
  const [unknown] = [...values.keys(), ...flags];
  if (unknown !== undefined) throw new Error(`The npm-shipped editor does not know the argument ${unknown}.`);
  return parsed;
}

/** `--name=value`, `--name`, or a path, whose name is empty. */
function splitArgument(argument: string): [name: string, value?: string] {
  if (!argument.startsWith('--')) return ['', argument];
  const equals = argument.indexOf('=');
  return equals < 0 ? [argument] : [argument.slice(0, equals), argument.slice(equals + 1)];
}

function toPath(value: string): string {
  return value.startsWith('file:') ? fileURLToPath(value) : path.resolve(value);
}
