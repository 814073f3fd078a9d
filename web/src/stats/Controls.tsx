/** How far back, in which steps, beside whom, drawn or as tables. */
import '@mantine/core/styles/FloatingIndicator.layer.css';
import '@mantine/core/styles/SegmentedControl.layer.css';
import { Button, CloseButton, SegmentedControl } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ObjectSelect } from '../form/ObjectSelect';
import { TableIcon, ZoomOutIcon } from '../ui/icons';
import css from './Performance.module.css';
import { GRANULARITIES, type Granularity } from './series';
import type { Kind } from './useStats';

interface ControlsProps {
	kind: Kind;
	own: readonly string[];
	others: readonly string[];
	names: ReadonlyMap<string, string>;
	granularity: Granularity;
	range: [from: number, to: number] | undefined;
	times: readonly number[];
	/** Whether another object may be added. */
	canAdd: boolean;
	stack: boolean;
	/** Lines of several objects are no parts of a whole. */
	canStack: boolean;
	tables: boolean;
	onStack: (on: boolean) => void;
	onTables: (on: boolean) => void;
	onRange: (range: [from: number, to: number] | undefined) => void;
	onKeep: (granularity: Granularity) => void;
}

/** Of these, what runs can be compared. */
const COMPARED: Record<Kind, string> = { VM: 'power_state:|(Running Paused)', host: 'power_state:Running', SR: '' };

export function Controls({ kind, own, others, names, granularity, onKeep, ...props }: ControlsProps) {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const go = (change: object) =>
		void navigate({ to: '.', search: (before: object) => ({ ...before, ...change }), replace: true } as never);
	const compare = (ids: readonly string[]) => go({ with: ids.length === 0 ? undefined : ids.join(' ') });
	return (
		<div className={css.controls}>
			<SegmentedControl
				aria-label={t('stats.granularity')}
				data={GRANULARITIES.map((value) => ({ value, label: t(`stats.span.${value}`) }))}
				onChange={(value) => {
					onKeep(value);
					go({ every: value });
				}}
				size="xs"
				value={granularity}
			/>
			<Zoom {...props} />
			<Button
				aria-pressed={props.stack}
				disabled={!props.canStack}
				onClick={() => props.onStack(!props.stack)}
				size="compact-sm"
				variant={props.stack ? 'light' : 'default'}
			>
				{t('stats.stack')}
			</Button>
			<Button
				aria-pressed={props.tables}
				leftSection={<TableIcon size={16} />}
				onClick={() => props.onTables(!props.tables)}
				size="compact-sm"
				variant={props.tables ? 'light' : 'default'}
			>
				{t('stats.tables')}
			</Button>
			<span className={css.space} />
			<ul aria-label={t('stats.compared')} className={css.others}>
				{others.map((other) => {
					const name = names.get(other) ?? other.slice(0, 8);
					return (
						<li key={other}>
							{name}
							<CloseButton
								aria-label={t('stats.leaveOut', { name })}
								onClick={() => compare(others.filter((one) => one !== other))}
								size="xs"
							/>
						</li>
					);
				})}
			</ul>
			{props.canAdd && (
				<div className={css.compare}>
					<ObjectSelect
						filter={COMPARED[kind]}
						label={t('stats.compare')}
						onChange={(row) => row !== undefined && compare([...others, row.id])}
						placeholder={t('stats.compare')}
						refused={(row) => own.includes(row.id) || others.includes(row.id)}
						type={kind}
						value={undefined}
					/>
				</div>
			)}
		</div>
	);
}

/** By buttons what a pull over a chart does, too. */
function Zoom({ range, times, onRange }: Pick<ControlsProps, 'range' | 'times' | 'onRange'>) {
	const { t } = useTranslation();
	const [first, last] = [times[0], times.at(-1)];
	if (first === undefined || last === undefined) return null;
	const [from, to] = range ?? [first, last];
	const length = to - from;
	const move = (by: number) => {
		const start = Math.min(Math.max(from + by, first), last - length);
		onRange([start, start + length]);
	};
	return (
		<fieldset className={css.zoom}>
			<legend>{t('stats.zoom')}</legend>
			<Button
				aria-label={t('stats.zoomIn')}
				onClick={() => onRange([to - length / 2, to])}
				size="compact-sm"
				title={t('stats.zoomIn')}
				variant="default"
			>
				+
			</Button>
			{range !== undefined && (
				<>
					<Button
						aria-label={t('stats.earlier')}
						disabled={from <= first}
						onClick={() => move(-length / 2)}
						size="compact-sm"
						title={t('stats.earlier')}
						variant="default"
					>
						←
					</Button>
					<Button
						aria-label={t('stats.later')}
						disabled={to >= last}
						onClick={() => move(length / 2)}
						size="compact-sm"
						title={t('stats.later')}
						variant="default"
					>
						→
					</Button>
					<Button
						leftSection={<ZoomOutIcon size={16} />}
						onClick={() => onRange(undefined)}
						size="compact-sm"
						variant="default"
					>
						{t('stats.reset')}
					</Button>
				</>
			)}
		</fieldset>
	);
}
