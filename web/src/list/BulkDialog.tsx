/** An action on many objects: what would come of each, asked of the server first, and then done by it as one task. */
import { Button, Loader, Modal } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import type { Method, Params } from '../api/methods';
import type { Connection } from '../live/connection';
import { useLive } from '../live/hooks';
import { formatNumber } from '../ui/format';
import { DONE, FAILED, RUNNING } from '../ui/tell';
import { toasts } from '../ui/toasts';
import { type Bulk, PATIENCE } from './Actions';
import css from './BulkDialog.module.css';
import { isSure, MANY, TypeNumber } from './TypeNumber';
import { selection, size, subject } from './target';

type Outcome = 'done' | 'failed' | 'refused' | 'would' | 'skipped';

interface Report {
	objects: { id: string; name?: string; outcome: Outcome; would?: string; error?: { message?: string } }[];
	counts: Record<Outcome, number>;
}

/** Lines that are shown; a table of thousands is not read. */
const SHOWN = 200;
const NOTHING = {};
/** Failures that a toast lists. */
const LISTED = 6;

/** How long what is said has to stand before the server is asked what would come of it, in ms. */
const SETTLES = 250;

interface BulkDialogProps extends Bulk {
	onClose: () => void;
	/** What is asked for beside the objects, and the fields that ask for it. */
	params?: object;
	children?: ReactNode;
	/** What is still to be said before the server is asked. */
	missing?: string;
	width?: 'lg' | 'xl';
}

export function BulkDialog({
	noun,
	action,
	target,
	onClose,
	params = NOTHING,
	children,
	missing,
	width = 'lg',
}: BulkDialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [opened, setOpened] = useState(true);
	const [told, setTold] = useState<{ to: string; report?: Report; error?: unknown }>();
	const [typed, setTyped] = useState('');
	const counted = (count: number) => t(noun.counted, { count }) as string;
	const name = subject(target, noun, counted);
	const asked = JSON.stringify([action.method, action.params, params]);
	const first = useRef(true);
	const order = useRef(action);
	useEffect(() => {
		if (missing !== undefined) return;
		let left = false;
		const [method, ...wanted] = JSON.parse(asked) as [Method, ...object[]];
		const timer = setTimeout(
			() =>
				ask(connection, method, Object.assign({}, ...wanted), selection(target, order.current), true).then(
					(report) => !left && setTold({ to: asked, report }),
					(error) => !left && setTold({ to: asked, error }),
				),
			first.current ? 0 : SETTLES,
		);
		first.current = false;
		return () => {
			left = true;
			clearTimeout(timer);
		};
	}, [connection, asked, missing, target]);

	const report = missing === undefined ? told?.report : undefined;
	const error = missing === undefined ? told?.error : undefined;
	const isAsking = missing === undefined && told?.to !== asked;
	const able = report?.counts.would ?? 0;
	const ready = able > 0 && !isAsking && isSure(able, typed);
	const ofAble = size(target) === 1 ? name : counted(able);
	const go = async () => {
		setOpened(false);
		const subject = ofAble;
		const id = toasts.show({
			...RUNNING,
			title: `${t(action.doing, { name: subject })}…`,
			message: '',
		});
		try {
			// What was told is what is done: those it cannot act on are not tried.
			const ids = report?.objects.filter(({ outcome }) => outcome === 'would').map((object) => object.id);
			const told = await ask(connection, action.method, { ...action.params, ...params }, { ids }, false);
			const failed = told.objects.filter(({ outcome }) => outcome === 'failed');
			if (failed.length === 1 && told.objects.length === 1) {
				const title = t('action.failed', { action: t(action.label), name: subject });
				toasts.update({ id, ...FAILED, title, message: failed[0]?.error?.message });
				return;
			}
			if (failed.length === 0) {
				toasts.update({ id, ...DONE, title: t(action.done, { name: subject }), message: '' });
				return;
			}
			const title = t('action.failedFor', { action: t(action.label), count: failed.length, name: subject });
			const message = (
				<ul>
					{failed.slice(0, LISTED).map((object) => (
						<li key={object.id}>
							{object.name ?? object.id}: {object.error?.message}
						</li>
					))}
					{failed.length > LISTED && <li>{t('action.andMore', { count: failed.length - LISTED })}</li>}
				</ul>
			);
			toasts.update({ id, ...FAILED, title, message });
		} catch (failure) {
			const title = t('action.failed', { action: t(action.label), name: subject });
			toasts.update({ id, ...FAILED, title, message: errorText(failure) });
		}
	};

	return (
		<Modal
			onClose={() => setOpened(false)}
			onExitTransitionEnd={onClose}
			opened={opened}
			size={width}
			title={t('action.ask', { action: t(action.label), name })}
		>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					if (ready) void go();
				}}
			>
				{action.confirm !== undefined && <p className={css.consequence}>{t(action.confirm.consequence)}</p>}
				{children}
				{missing !== undefined && <p className={css.asking}>{missing}</p>}
				{error !== undefined && (
					<p className={css.error} role="alert">
						{errorText(error)}
					</p>
				)}
				{isAsking && report === undefined && (
					<p className={css.asking}>
						<Loader size="xs" /> {t('action.asking')}
					</p>
				)}
				{report !== undefined && <Told report={report} />}
				<TypeNumber number={able} onChange={setTyped} value={typed} />
				<div className={css.buttons}>
					<Button data-autofocus={able < MANY || undefined} onClick={() => setOpened(false)} variant="default">
						{t('action.cancel')}
					</Button>
					<Button
						color={action.confirm?.destroys === true ? 'red.8' : undefined}
						disabled={!ready}
						loading={isAsking && report !== undefined}
						type="submit"
					>
						{t('action.doTo', { action: t(action.label), name: ofAble })}
					</Button>
				</div>
			</form>
		</Modal>
	);
}

function Told({ report }: { report: Report }) {
	const { t } = useTranslation();
	const refused = report.objects.filter(({ outcome }) => outcome !== 'would');
	const shown = [...refused, ...report.objects.filter(({ outcome }) => outcome === 'would')].slice(0, SHOWN);
	return (
		<>
			{report.objects.length !== 1 && (
				<p className={css.summary} role="status">
					{t('action.would', { count: report.counts.would })}
					{refused.length > 0 && ` ${t('action.refused', { count: refused.length })}`}
				</p>
			)}
			<div className={css.scroll}>
				<table className={css.table}>
					<thead>
						<tr>
							<th scope="col">{t('action.object')}</th>
							<th scope="col">{t('action.outcome')}</th>
						</tr>
					</thead>
					<tbody>
						{shown.map(({ id, name, outcome, would, error }) => (
							<tr data-outcome={outcome} key={id}>
								<th scope="row">{name ?? id}</th>
								<td>{outcome === 'would' ? would : error?.message}</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
			{report.objects.length > SHOWN && (
				<p className={css.asking}>{t('action.shownOf', { shown: SHOWN, all: formatNumber(report.objects.length) })}</p>
			)}
		</>
	);
}

async function ask(
	connection: Connection,
	method: Method,
	wanted: object,
	chosen: object,
	dryRun: boolean,
): Promise<Report> {
	const params = { ...wanted, selection: chosen, dryRun };
	// The schema of an operation tells of its own parameters; those of selections are the same for all.
	return (await connection.call(method, params as unknown as Params<typeof method>, PATIENCE)) as never;
}
