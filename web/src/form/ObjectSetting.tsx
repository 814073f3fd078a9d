/** A setting that is an object of the estate, chosen in its place. */
import { useHeld } from '../live/Held';
import type { Row } from '../live/view';
import { ObjectSelect } from './ObjectSelect';
import { Setting } from './Setting';

interface ObjectSettingProps {
	label: string;
	help?: string;
	type: string;
	filter: string;
	named?: string;
	columns?: readonly string[];
	hint?: (row: Row) => string;
	value: string | undefined;
	/** Told nothing where the choice was taken back. */
	onSet: (id: string | null) => void;
	/** There has to be one. */
	required?: boolean;
	placeholder?: string;
}

export function ObjectSetting({ label, help, onSet, value, ...props }: ObjectSettingProps) {
	const isHeld = useHeld() !== undefined;
	return (
		<Setting help={help} label={label}>
			<ObjectSelect
				ariaLabel={label}
				disabled={isHeld}
				onChange={(row) => {
					if (row?.id !== value) onSet(row?.id ?? null);
				}}
				value={value === '' ? undefined : value}
				{...props}
			/>
		</Setting>
	);
}
