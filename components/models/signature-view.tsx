import { FactList } from '#components/ui/page/layout.tsx'
import type { Signature } from '#server/contracts/models.ts'
import classes from './models.module.css'
import { taskInWords, tensorInWords } from './signature-words.ts'

/** What goes in and what comes out, as the file itself says. */
export function SignatureView({ signature }: { signature: Signature }) {
  return (
    <div className={classes.signature}>
      {signature.description && <p className={classes.text}>{signature.description}</p>}
      <Tensors title="Inputs" tensors={signature.inputs} hints={signature.hints} />
      <Tensors title="Outputs" tensors={signature.outputs} hints={{}} />
      <FactList
        facts={[
          ['Task', taskInWords(signature.task)],
          ['Labels', signature.labels.length === 0 ? 'The file names none' : signature.labels.join(', ')],
        ]}
      />
    </div>
  )
}

type TensorsProps = { title: string; tensors: Signature['inputs']; hints: Signature['hints'] }

function Tensors({ title, tensors, hints }: TensorsProps) {
  return (
    <div>
      <h3 className={classes.subtitle}>{title}</h3>
      <ul className={classes.tensors}>
        {tensors.map((tensor) => {
          const hint = Object.hasOwn(hints, tensor.name) ? hints[tensor.name] : undefined
          return (
            <li key={tensor.name}>
              <span className="mono">{tensor.name}</span>
              <span className={classes.dim}>
                {tensorInWords(tensor)}
                {hint?.min !== undefined && hint.max !== undefined && ` · ${hint.min} to ${hint.max}`}
                {hint?.unit && ` ${hint.unit}`}
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
