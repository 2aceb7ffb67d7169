import { readConfig } from '#server/config.ts'
import { openApi } from '#server/http/docs/openapi.ts'

/** Public: it describes the API and holds nothing of anybody. */
export async function GET(): Promise<Response> {
  return Response.json(openApi(readConfig().PORTAL_URL), { headers: { 'cache-control': 'public, max-age=300' } })
}
