import {
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core'

const teal: MantineColorsTuple = [
  '#eefaf8',
  '#dcf3ef',
  '#b4e3dc',
  '#84cfc5',
  '#53b9ad',
  '#2fa99c',
  '#188a80',
  '#0f766e',
  '#0c625b',
  '#0a4f4a',
]

/** Greys with a little blue, so that dark is designed and not merely black. */
const dark: MantineColorsTuple = [
  '#e6e9ee',
  '#c3c9d2',
  '#9aa3af',
  '#78818e',
  '#4a525e',
  '#363d47',
  '#262c34',
  '#161a20',
  '#0f1216',
  '#0a0c0f',
]

/** The words on a filled button: the dark scheme's accent and red are light, so their words are dark. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input)
  if (input.variant !== 'filled') return colors
  if (input.color === undefined || input.color === 'teal') return { ...colors, color: 'var(--on-accent)' }
  if (input.color === 'red') return { ...colors, color: 'var(--on-bad)' }
  return colors
}

export const theme = createTheme({
  variantColorResolver,
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 5 },
  colors: { teal, dark },
  white: '#ffffff',
  black: '#14181f',
  fontFamily: "'Inter Variable', 'Inter until loaded', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.45', sm: '1.5', md: '1.5', lg: '1.5', xl: '1.4' },
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '22px', lineHeight: '1.25' },
      h2: { fontSize: '14px', lineHeight: '1.4' },
      h3: { fontSize: '13px', lineHeight: '1.4' },
    },
  },
  defaultRadius: 8,
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' }, styles: { root: { flexShrink: 0 }, label: { fontWeight: 600 } } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' }, radius: 10 } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true, multiline: true, maw: 320 } },
    InputWrapper: { defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] } },
    Select: { defaultProps: { checkIconPosition: 'right', allowDeselect: false } },
  },
})
