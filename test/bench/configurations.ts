/** Configurations of the servers that have one: their defaults for files, without a log. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tls } from '../../src/tls';
import type { Place } from './peers';

/** Writes it, and returns its path. */
function written({ folder }: Place, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/**
 * One worker, and `sendfile` on. What it is allowed beyond its defaults only helps it: connections enough, and no limit on
 * the requests of one.
 *
 * @param push nginx's own configuration leaves `tcp_nopush` off, Debian's sets it: fewer packets, but pipelines wait in it
 */
export function nginxConfiguration(place: Place, push: 'on' | 'off'): string {
  const { site, folder, port, connections, upstream, tls } = place;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  // Started by the superuser, the worker would become another user, whom a temporary folder keeps out.
  const user = process.getuid?.() === 0 ? 'user root root;' : '';
  return written(
    place,
    'nginx.conf',
    `daemon off;
${user}
worker_processes 1;
worker_rlimit_nofile ${connections + 256};
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections ${connections + 128}; }
http {
  types { text/plain txt; }
  default_type application/octet-stream;
  access_log off;
  sendfile on;
  tcp_nopush ${push};
  keepalive_timeout 75s;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  ${upstream === undefined ? '' : `upstream behind { server 127.0.0.1:${upstream}; keepalive 64; }`}
  server {
    listen 127.0.0.1:${port}${tls === undefined ? '' : ' ssl'};
    ${tls === undefined ? '' : speakingTls(place, tls)}
    root ${site};
    location / {}
    ${upstream === undefined ? '' : handingOn}
    location /many { autoindex on; autoindex_format json; }
    location /up/ { dav_methods PUT; create_full_put_path on; }
  }
}
`,
  );
}

/** Versions as ours; the order of ciphers, tickets and the size of records are nginx's own. */
const speakingTls = (place: Place, { cert, key }: Tls): string => `ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate ${written(place, 'certificate.pem', cert)};
    ssl_certificate_key ${written(place, 'key.pem', key)};`;

/** What our rule does: kept connections, and nothing stored on the way. */
const handingOn = `location ~ ^/through- {
      proxy_pass http://behind;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_max_temp_file_size 0;
    }`;

export function caddyfile(place: Place): string {
  const { site, port } = place;
  return written(
    place,
    'Caddyfile',
    `{
  admin off
  auto_https off
  log {
    output discard
  }
}
http://127.0.0.1:${port}, http://localhost:${port} {
  root * ${site}
  file_server
}
`,
  );
}
