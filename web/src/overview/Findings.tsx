/** What is not as it should be, the worst first, with the button that mends it. */
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { loadNoun } from '../app/loadNoun';
import { useRun } from '../list/Actions';
import { useConnectionState } from '../live/hooks';
import type { Row } from '../live/view';
import { DoneIcon, WarningIcon } from '../ui/icons';
import { Panel } from '../ui/Panel';
import css from './Findings.module.css';
import { type Finding, fixTarget, useFindings } from './findings';
import { SameAddresses } from './SameAddresses';

interface FindingsProps {
	hosts: readonly Row[];
	pools: readonly Row[];
	srs: readonly Row[];
}

export function Findings({ hosts, pools, srs }: FindingsProps) {
	const { t } = useTranslation();
	const { findings, settled, uncounted } = useFindings(hosts, pools, srs);
	return (
		<Panel title={t('overview.health')}>
			{findings.length === 0 && (
				<p className={css.well}>
					{settled && <DoneIcon size={17} />}
					{t(settled ? 'overview.well' : 'overview.looking')}
				</p>
			)}
			<ul>
				{findings.map((finding) => (
					<FindingRow finding={finding} key={finding.id} />
				))}
			</ul>
			{uncounted && <SameAddresses />}
		</Panel>
	);
}

function FindingRow({ finding }: { finding: Finding }) {
	const { t } = useTranslation();
	const run = useRun();
	const isLost = useConnectionState().is === 'lost';
	const { fix, label, why, count, level, list, filter } = finding;
	const mend = async (noun: NonNullable<Finding['fix']>) => {
		const declared = await loadNoun(noun.noun);
		const action = declared.actions.find(({ id }) => id === noun.action);
		if (action !== undefined) run(declared, action, fixTarget(finding, declared.type));
	};
	return (
		<li className={css.finding} data-level={level}>
			<WarningIcon size={18} />
			<div className={css.what}>
				<Link params={{ list }} search={{ s: filter }} to="/$list">
					{t(label, { count })}
				</Link>
				<p>{t(why)}</p>
			</div>
			{fix !== undefined && (
				<Button disabled={isLost} onClick={() => void mend(fix)} size="compact-sm" variant="default">
					{t(fix.label)}
				</Button>
			)}
		</li>
	);
}
