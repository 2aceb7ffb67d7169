/** What this server calls itself. */
export const SERVER_NAME = 'modelyard-runtime'
export const SERVER_VERSION = '1.0.0'
