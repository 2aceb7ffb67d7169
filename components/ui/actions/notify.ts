/** A short word in the corner that something worked. Loaded on first use: most page views say nothing. */
export async function notify(message: string) {
  const { notifications } = await import('@mantine/notifications')
  notifications.show({ message, autoClose: 4000, withBorder: true })
}
