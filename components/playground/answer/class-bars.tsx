import { percent } from '#components/ui/figures/amounts.ts'
import type { Prediction } from '#server/contracts/serving/playground.ts'
import classes from './answer.module.css'
import { riskTone, topClasses } from './answer-words.ts'

export function ClassBars({ answer }: { answer: Prediction['answer'] }) {
  const tone = answer.risk ? riskTone(answer.risk) : 'good'
  return (
    <ul className={classes.bars} aria-label="How likely each label is">
      {topClasses(answer.classes).map((each, place) => (
        <li key={each.label}>
          <div className={classes.words} data-first={place === 0}>
            <span>{each.label}</span>
            <span className="numeric">{percent(each.probability)}</span>
          </div>
          <div className={classes.track} aria-hidden>
            <div
              className={classes.fill}
              data-tone={place === 0 ? tone : 'rest'}
              style={{ width: `${Math.min(100, Math.max(0, each.probability * 100))}%` }}
            />
          </div>
        </li>
      ))}
    </ul>
  )
}
