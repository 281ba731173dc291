/** Of a canned answer, and of what the site answers. */
const headers = {
  type: 'object',
  markdownDescription: '%setting.rules.headers%',
  additionalProperties: { type: 'string' },
  propertyNames: { pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" },
};

/** What the JSON editor completes and explains in the setting `rules`. What makes sense is for `ruleList.ts` to say. */
export const ruleSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['match'],
  oneOf: [
    {
      required: ['respond'],
    },
    {
      required: ['redirect'],
    },
    {
      required: ['rewrite'],
    },
    {
      required: ['headers'],
    },
    {
      required: ['proxy'],
    },
  ],
  errorMessage: '%setting.rules.one%',
  properties: {
    match: {
      type: 'string',
      pattern: '^/',
      patternErrorMessage: '%setting.rules.match.pattern%',
      markdownDescription: '%setting.rules.match%',
    },
    method: {
      markdownDescription: '%setting.rules.method%',
      type: ['string', 'array'],
      items: {
        type: 'string',
      },
      minItems: 1,
      examples: ['POST', ['PUT', 'PATCH']],
    },
    respond: {
      type: 'object',
      additionalProperties: false,
      properties: {
        status: {
          type: 'integer',
          minimum: 200,
          maximum: 599,
          markdownDescription: '%setting.rules.respond.status%',
        },
        headers,
        body: {
          type: 'string',
          markdownDescription: '%setting.rules.respond.body%',
        },
        json: {
          markdownDescription: '%setting.rules.respond.json%',
        },
        file: {
          type: 'string',
          markdownDescription: '%setting.rules.respond.file%',
        },
        delay: {
          type: 'integer',
          minimum: 0,
          maximum: 60000,
          markdownDescription: '%setting.rules.respond.delay%',
        },
      },
      markdownDescription: '%setting.rules.respond%',
    },
    redirect: {
      markdownDescription: '%setting.rules.redirect%',
      type: ['string', 'object'],
      additionalProperties: false,
      required: ['to'],
      properties: {
        to: {
          type: 'string',
          pattern: '^(?:/(?![/\\\\])|https?://)',
          markdownDescription: '%setting.rules.redirect.to%',
        },
        status: {
          enum: [301, 302, 303, 307, 308],
          default: 302,
          markdownDescription: '%setting.rules.redirect.status%',
        },
      },
    },
    rewrite: {
      type: 'string',
      pattern: '^/(?![/\\\\])',
      markdownDescription: '%setting.rules.rewrite%',
    },
    headers,
    proxy: {
      markdownDescription: '%setting.rules.proxy%',
      type: ['string', 'object'],
      pattern: '^https?://[^/?#@]+/?$',
      patternErrorMessage: '%setting.rules.proxy.pattern%',
      additionalProperties: false,
      required: ['to'],
      properties: {
        to: {
          type: 'string',
          pattern: '^https?://[^/?#@]+/?$',
          patternErrorMessage: '%setting.rules.proxy.pattern%',
          markdownDescription: '%setting.rules.proxy.to%',
        },
        keepHost: {
          type: 'boolean',
          default: false,
          markdownDescription: '%setting.rules.proxy.keepHost%',
        },
        live: {
          type: 'boolean',
          default: false,
          markdownDescription: '%setting.rules.proxy.live%',
        },
      },
    },
  },
  defaultSnippets: [
    {
      label: '%setting.rules.snippet.app%',
      body: {
        match: '/${1:app}/**',
        rewrite: '/${2:app/index.html}',
      },
    },
    {
      label: '%setting.rules.snippet.backend%',
      body: {
        match: '/${1:api}/**',
        proxy: 'http://localhost:${2:3000}',
      },
    },
    {
      label: '%setting.rules.snippet.isolated%',
      body: {
        match: '/**',
        headers: {
          'Cross-Origin-Opener-Policy': 'same-origin',
          'Cross-Origin-Embedder-Policy': 'require-corp',
        },
      },
    },
    {
      label: '%setting.rules.snippet.mock%',
      body: {
        match: '/${1:api/users/*}',
        method: '${2:GET}',
        respond: {
          json: {
            '${3:id}': '${4:1}',
          },
        },
      },
    },
    {
      label: '%setting.rules.snippet.webhook%',
      body: {
        match: '/${1:hook}/**',
        method: 'POST',
        respond: {
          status: 202,
        },
      },
    },
  ],
};
