/** The packages from npm that others are measured and tried by; installed at their first use. */
import type { Cleanup } from '../support/host/cleanup';
import { installPackages, modulesOf } from '../support/host/packages';

/** Where they are when they are installed. */
export const modulesFolder = modulesOf('bench');

/** Resolves to {@link modulesFolder}. */
export const installModules = (cleanup: Cleanup): Promise<string> => installPackages('bench', cleanup);
