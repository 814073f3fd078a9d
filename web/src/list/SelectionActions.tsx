import type { ComponentProps } from 'react';
import { ActionButtons } from './ActionButtons';
import { actionsOf } from './registry';

/** What can be done to the selection. */
export default function SelectionActions(props: ComponentProps<typeof ActionButtons>) {
	return actionsOf(props.noun).length > 0 && <ActionButtons {...props} />;
}
