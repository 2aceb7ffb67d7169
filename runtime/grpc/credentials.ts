/** TLS for gRPC: a certificate and its key from files that are read again while it runs, as rotation wants it. */
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { experimental, ServerCredentials } from '@grpc/grpc-js'

export interface GrpcTls {
  certificate: string
  key: string
  /** Certificates of those who may sign callers' certificates; empty for callers without. */
  clientAuthority: string
  refreshMilliseconds: number
}

/** The library would listen and refuse every caller for files that are missing or do not fit together. */
const check = async (tls: GrpcTls): Promise<void> => {
  const [cert, key, ca] = await Promise.all(
    [tls.certificate, tls.key, tls.clientAuthority].map((path) => (path === '' ? undefined : readFile(path))),
  )
  createSecureContext({ cert, key, ca })
}

export const credentialsOf = async (tls: GrpcTls | undefined): Promise<ServerCredentials> => {
  if (!tls) return ServerCredentials.createInsecure()
  await check(tls).catch((error: unknown) => {
    throw new Error(
      `the certificate for gRPC cannot be used: ${error instanceof Error ? error.message : String(error)}. Check --grpc-cert, --grpc-key and --grpc-client-ca`,
    )
  })
  const mutual = tls.clientAuthority !== ''
  const files = new experimental.FileWatcherCertificateProvider({
    certificateFile: tls.certificate,
    privateKeyFile: tls.key,
    ...(mutual && { caCertificateFile: tls.clientAuthority }),
    refreshIntervalMs: tls.refreshMilliseconds,
  })
  return experimental.createCertificateProviderServerCredentials(files, mutual ? files : null, mutual)
}
