import { receiveGitWebhook } from '#server/http/git-webhook.ts'

export const POST = receiveGitWebhook
