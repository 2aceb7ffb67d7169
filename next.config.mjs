// Headers that never change stand here; those that need a nonce or the configuration are set in proxy.ts and server/http.
const headers = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=(), payment=(), usb=()' },
]

/** @type {import('next').NextConfig} */
export default {
  // A second checkout-wide build, such as a test's, stays out of the way of a running one.
  distDir: process.env.NEXT_DIST_DIR || '.next',
  reactStrictMode: true,
  poweredByHeader: false,
  // `npm run check` has looked at the types already, with the same compiler.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: import.meta.dirname },
  // These load files of their own at run time, or are large and never sent to a browser.
  serverExternalPackages: [
    '@kubernetes/client-node',
    '@octokit/rest',
    '@octokit/auth-app',
    '@prisma/adapter-pg',
    '@prisma/client',
    'next-auth',
    'pg',
    'pg-boss',
    'pino',
  ],
  headers: async () => [{ source: '/:path*', headers }],
}
