/** sirv as its documentation runs it in production, in front of nothing: `node sirvServer.js PACKAGE SITE PORT`. */
import { createServer, type RequestListener } from 'node:http';

const [, , location = '', site = '', port = ''] = process.argv;

type Sirv = (folder: string, options: { readonly etag: boolean }) => RequestListener;

// oxlint-disable-next-line typescript/no-require-imports -- installed elsewhere, at run time
const sirv = require(location) as Sirv;
createServer(sirv(site, { etag: true })).listen(Number(port), '127.0.0.1');
