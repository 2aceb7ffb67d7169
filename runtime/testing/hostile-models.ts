/** Three hundred models that wish nobody well, the same ones on every run. */
import { damagedFiles } from './hostile/damaged-files.ts'
import { extremeOperators } from './hostile/extreme-operators.ts'
import type { HostileModel } from './hostile/hostile-model.ts'
import { strangeGraphs } from './hostile/strange-graphs.ts'

export type { HostileModel } from './hostile/hostile-model.ts'

export const hostileModels = (): HostileModel[] => [...damagedFiles(), ...strangeGraphs(), ...extremeOperators()]
