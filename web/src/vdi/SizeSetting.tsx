import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BytesInput } from '../form/BytesInput';
import { Setting, type useSet } from '../form/Setting';
import { useHeld } from '../live/Held';
import { formatBytes } from '../ui/format';
import css from './SizeSetting.module.css';

/** The size of a disk, which only grows. */
export function SizeSetting({ value, set }: { value: number; set: ReturnType<typeof useSet> }) {
	const { t } = useTranslation();
	const isHeld = useHeld() !== undefined;
	const [size, setSize] = useState<number>();
	const [editing, setEditing] = useState(false);
	if (!editing) {
		return (
			<Setting label={t('column.size')}>
				<span className={css.row}>
					{formatBytes(value)}
					<Button
						disabled={isHeld}
						onClick={() => {
							setSize(value);
							setEditing(true);
						}}
						size="compact-sm"
						variant="default"
					>
						{t('disk.enlarge')}
					</Button>
				</span>
			</Setting>
		);
	}
	return (
		<Setting label={t('column.size')}>
			<form
				className={css.form}
				onSubmit={(event) => {
					event.preventDefault();
					setEditing(false);
					if (size !== undefined && size > value) void set(t('column.size'), { size });
				}}
			>
				<BytesInput
					description={t('disk.onlyGrows', { size: formatBytes(value) })}
					label={t('disk.newSize')}
					onChange={setSize}
					value={size}
				/>
				<span className={css.row}>
					<Button disabled={size === undefined || size <= value} size="compact-sm" type="submit">
						{t('disk.enlarge')}
					</Button>
					<Button onClick={() => setEditing(false)} size="compact-sm" variant="default">
						{t('action.cancel')}
					</Button>
				</span>
			</form>
		</Setting>
	);
}
