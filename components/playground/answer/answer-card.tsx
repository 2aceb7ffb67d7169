import { ErrorState } from '#components/ui/page/error-state.tsx'
import { Section } from '#components/ui/page/section.tsx'
import { StateBadge } from '#components/ui/state/state-badge.tsx'
import type { Prediction } from '#server/contracts/serving/playground.ts'
import classes from './answer.module.css'
import { riskTone, riskWords, valueInWords } from './answer-words.ts'
import { ClassBars } from './class-bars.tsx'
import { TimingBar } from './timing-bar.tsx'

type Props = { prediction: Prediction | undefined; error: unknown; predicting: boolean }

/** The answer in words and bars, with where the time went and the raw outputs behind it. */
export function AnswerCard({ prediction, error, predicting }: Props) {
  return (
    <Section
      title="Answer"
      aside={
        prediction && (
          <span className={classes.badges}>
            {prediction.version && <StateBadge>v{prediction.version}</StateBadge>}
            {prediction.answer.risk && (
              <StateBadge tone={riskTone(prediction.answer.risk)}>{riskWords(prediction.answer.risk)}</StateBadge>
            )}
          </span>
        )
      }
    >
      <div aria-live="polite" aria-busy={predicting} className={classes.answer}>
        {error ? <ErrorState error={error} /> : prediction ? <Words prediction={prediction} /> : <Waiting />}
      </div>
    </Section>
  )
}

const Waiting = () => <p className={classes.quiet}>Fill in the form and press Predict. The answer appears here.</p>

function Words({ prediction }: { prediction: Prediction }) {
  const { answer, timing, outputs } = prediction
  return (
    <>
      {answer.classes.length > 0 && <ClassBars answer={answer} />}
      {answer.classes.length === 0 && answer.label !== null && <p className={classes.big}>{answer.label}</p>}
      {answer.value !== null && <p className={classes.big}>{valueInWords(answer.value)}</p>}
      <TimingBar timing={timing} />
      <details className={classes.raw}>
        <summary>Outputs as the model gave them</summary>
        <pre>{outputs.map((output) => JSON.stringify(output).slice(0, 4000)).join('\n')}</pre>
      </details>
    </>
  )
}
