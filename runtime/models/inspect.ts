/**
 * One look into one model file, for a program that is not the runtime: `node runtime/models/inspect.ts FILE` prints
 * what validateModel says as one line of JSON.
 */
import { validateModel } from './validate.ts'

const [path] = process.argv.slice(2)
if (!path) {
  process.stderr.write('Name the model file.\n')
  process.exit(2)
}
process.stdout.write(`${JSON.stringify(await validateModel(path))}\n`)
