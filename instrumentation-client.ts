import { guardHistory } from '#components/ui/form/leaving.ts'

guardHistory()
