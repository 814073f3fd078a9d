import type { ComponentProps } from 'react';
import { ActionButtons } from './ActionButtons';

/** What can be done to the selection. */
export default function SelectionActions(props: ComponentProps<typeof ActionButtons>) {
	return props.noun.actions.length > 0 && <ActionButtons {...props} />;
}
