/** A button on something that happened. */
import { Button } from '@mantine/core';
import { useConnectionState } from '../live/hooks';
import { useTell } from '../ui/tell';
import css from './Activity.module.css';

interface ActProps {
	label: string;
	doing: string;
	done: string;
	name: string;
	ask?: () => Promise<boolean>;
	act: () => Promise<unknown>;
}

export function Act({ label, doing, done, name, ask, act }: ActProps) {
	const { is } = useConnectionState();
	const tell = useTell();
	const press = async () => {
		if (ask !== undefined && !(await ask())) return;
		await tell({ action: label, doing, done, name }, act);
	};
	return (
		<Button
			aria-label={`${label}: ${name}`}
			className={css.act}
			disabled={is !== 'live'}
			onClick={() => void press()}
			size="compact-xs"
			variant="default"
		>
			{label}
		</Button>
	);
}
