import classes from './state.module.css'

export const Count = ({ value }: { value: number }) => <span className={classes.count}>{value}</span>
