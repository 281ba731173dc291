/** What a client that is refused is told besides, by the flag that decides it: the server knows no flags. Pure. */
import type { AdvisedOption } from '../options';

export const advice: Readonly<Record<AdvisedOption, string>> = {
  access: 'The flag --access says whether files may be stored, replaced and deleted.',
  allowedHosts: 'If that is a name of this machine, allow it with --allowed-host.',
  cors: 'The flag --cors says which origins may ask.',
  proxyHosts: 'The flag --proxy-host says which hosts beyond this machine may be asked.',
  token: 'The flag --token says what secret a request must carry.',
};
