/** Gives many objects new names by a rule, each shown before, and tells what became of each. */
import { Button, Loader } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../api/errors';
import type { Params } from '../../api/methods';
import formCss from '../../form/FormDialog.module.css';
import { useLive } from '../../live/hooks';
import { DONE } from '../../ui/tell';
import { toasts } from '../../ui/toasts';
import bulkCss from '../BulkDialog.module.css';
import type { DialogProps } from '../noun';
import { isSure, TypeNumber } from '../TypeNumber';
import { NamesTable } from './NamesTable';
import { plan } from './plan';
import { RuleFields } from './RuleFields';
import { SAME } from './rule';
import { useEach } from './useEach';
import { useNames } from './useNames';

interface RenameProps extends DialogProps {
	/** Told while names are being given, when the dialog stays. */
	onBusy: (busy: boolean) => void;
}

export function Rename({ noun, action, target, onClose, onBusy }: RenameProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [rule, setRule] = useState(SAME);
	const [typed, setTyped] = useState('');
	const { names, error } = useNames(noun, target);
	const { results, isRunning, run, stop } = useEach();
	const told = useMemo(() => names && plan(rule, names.rows, names.all), [rule, names]);
	const lines = Array.isArray(told) ? told : [];
	const wanted = lines.filter(({ is }) => is !== 'same');
	const empty = lines.filter(({ is }) => is === 'empty').length;
	const left = wanted.filter(({ id }) => results.get(id)?.is !== 'done');
	const failed = wanted.filter(({ id }) => results.get(id)?.is === 'failed').length;
	const hasBegun = results.size > 0;
	const ready = left.length > 0 && empty === 0 && (hasBegun || isSure(left.length, typed));
	const counted = (count: number) => t(noun.counted, { count });

	const go = async () => {
		onBusy(true);
		const after = await run(left, ({ id, next }) => {
			const changed = { id, name_label: next } as unknown;
			return connection.call(action.method, changed as Params<typeof action.method>);
		});
		onBusy(false);
		if (wanted.some(({ id }) => after.get(id)?.is !== 'done')) return;
		toasts.show({ ...DONE, title: t(action.done, { name: counted(wanted.length) }), message: '' });
		onClose();
	};

	return (
		<form
			className={formCss.form}
			onSubmit={(event) => {
				event.preventDefault();
				if (ready && !isRunning) void go();
			}}
		>
			<RuleFields
				disabled={hasBegun}
				fault={told === undefined || Array.isArray(told) ? undefined : told}
				onChange={setRule}
				rule={rule}
			/>
			{error !== undefined && (
				<p className={bulkCss.error} role="alert">
					{errorText(error)}
				</p>
			)}
			{names === undefined && error === undefined && <Loader size="xs" />}
			{lines.length > 0 && <NamesTable lines={lines} results={results} />}
			<p className={bulkCss.summary} role="status">
				{hasBegun
					? t('rename.progress', { done: wanted.length - left.length, count: wanted.length })
					: lines.length > 0 && t('rename.changes', { count: wanted.length - empty })}
				{failed > 0 && ` ${t('rename.failed', { count: failed })}`}
				{empty > 0 && ` ${t('rename.empties', { count: empty })}`}
			</p>
			{!hasBegun && <TypeNumber number={wanted.length} onChange={setTyped} value={typed} />}
			<div className={formCss.buttons}>
				<Button onClick={isRunning ? stop : onClose} variant="default">
					{t(isRunning ? 'rename.stop' : hasBegun ? 'rename.close' : 'action.cancel')}
				</Button>
				<Button disabled={!ready} loading={isRunning} type="submit">
					{t('action.doTo', { action: t(hasBegun ? 'rename.again' : 'rename.go'), name: counted(left.length) })}
				</Button>
			</div>
		</form>
	);
}
