import { TextInput, type TextInputProps } from '@mantine/core'

/** What is told of a team, wherever it is told. */
export function TeamFields({
  inputProps,
}: {
  inputProps: (field: 'name' | 'onCall' | 'costCentre') => TextInputProps
}) {
  return (
    <>
      <TextInput
        label="Name"
        description="As people call the team"
        required
        autoComplete="off"
        {...inputProps('name')}
      />
      <TextInput
        label="On call"
        description="Who is told when something of the team breaks"
        required
        {...inputProps('onCall')}
      />
      <TextInput
        label="Cost centre"
        description="Stands on every object, so that costs can be told apart"
        required
        {...inputProps('costCentre')}
      />
    </>
  )
}
