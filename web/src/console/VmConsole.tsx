/** The console of a VM, and where there is none, what brings it. */
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { allowed } from '../api/allowed';
import type { VM } from '../api/objects';
import { useRun } from '../list/Actions';
import { rowsTarget } from '../list/target';
import { useConnectionState, useObject } from '../live/hooks';
import { Message } from '../ui/Message';
import { Waiting } from '../ui/Waiting';
import { vms } from '../vm/noun';
import { StateLabel } from '../vm/state';
import { Console } from './Console';
import css from './Console.module.css';
import { Disc } from './Disc';

export default function VmConsole({ id }: { id: string }) {
	return (
		<main className={css.main}>
			<OfVm id={id} own={`#/console?vm=${id}`} />
		</main>
	);
}

export function OfVm({ id, own }: { id: string; own?: string }) {
	const { t } = useTranslation();
	const { object: vm, gone } = useObject('VM', id);
	if (vm === undefined) return gone ? <Message title={t('drawer.gone')}>{t('drawer.why')}</Message> : <Waiting />;
	if (vm.power_state === 'Halted' || vm.power_state === 'Suspended') return <Off vm={vm} />;
	return (
		<Console
			address={vm.mainIpAddress}
			hint={`${vm.power_state} ${vm.$container} ${vm.startTime}`}
			id={id}
			name={vm.name_label}
			own={own}
			tools={<Disc name={vm.name_label} pool={vm.$pool} vm={id} />}
		/>
	);
}

function Off({ vm }: { vm: VM }) {
	const { t } = useTranslation();
	const run = useRun();
	const { is } = useConnectionState();
	const row = { ...vm };
	return (
		<section aria-label={t('console.of', { name: vm.name_label })} className={css.why}>
			<StateLabel row={row} />
			<p>{t(vm.power_state === 'Halted' ? 'console.halted' : 'console.suspended')}</p>
			<div className={css.buttons}>
				{vms.actions
					.filter(({ wakes, allowed: may }) => wakes === true && may?.(row).ok !== false)
					.map((action) => (
						<Button
							disabled={is !== 'live'}
							key={action.id}
							leftSection={<action.icon size={16} />}
							onClick={() => run(vms, action, rowsTarget([row]))}
						>
							{t(action.label)}
						</Button>
					))}
			</div>
			<Why vm={vm} />
		</section>
	);
}

/** Why it cannot be woken, where that is so. */
function Why({ vm }: { vm: VM }) {
	const verdict = allowed(vm.power_state === 'Suspended' ? 'resume' : 'start', vm);
	return verdict.ok ? null : <p className={css.dim}>{verdict.why}</p>;
}
