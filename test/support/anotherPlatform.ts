/** Modules of this project as they are on another platform, where what they settle when they are loaded depends on that. */
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { projectRoot } from './host/paths';

const compiled = join(projectRoot, 'out', 'src') + sep;
const load = createRequire(__filename);

function forget(): void {
  for (const path of Object.keys(load.cache)) if (path.startsWith(compiled)) Reflect.deleteProperty(load.cache, path);
}

/** Does `work` as if on that platform: what it asks of the system it asks of this one. */
export function asOn<T>(platform: NodeJS.Platform, work: () => T): T {
  const own = process.platform;
  Object.defineProperty(process, 'platform', { value: platform });
  try {
    return work();
  } finally {
    Object.defineProperty(process, 'platform', { value: own });
  }
}

/**
 * Loads modules and all that they use anew, as `platform` has them; to call them asks this system all the same.
 *
 * @param names in `src`, without `.ts`
 */
export function loadedOn(platform: NodeJS.Platform, ...names: readonly string[]): unknown[] {
  const known = Object.entries(load.cache).filter(([path]) => path.startsWith(compiled));
  forget();
  try {
    return asOn(platform, () => names.map((name): unknown => load(join(compiled, name))));
  } finally {
    forget();
    Object.assign(load.cache, Object.fromEntries(known));
  }
}

/** As {@link loadedOn}, of a platform that has no paths for open descriptors; of this one, if it is such. */
export const loadedWithoutDescriptors = (...names: readonly string[]): unknown[] =>
  loadedOn(process.platform === 'linux' ? 'darwin' : process.platform, ...names);
