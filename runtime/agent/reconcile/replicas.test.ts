import { describe } from 'vitest'
import { replicasContract } from '../testing/replicas.contract.ts'
import { startWorld } from '../testing/world.ts'

describe('replicas of the agent, on the sandbox', () => replicasContract(startWorld))
