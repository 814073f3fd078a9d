/** The devices in the order the VM tries them; each is moved by its buttons, and those that are off are not tried. */
import { ActionIcon, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { VM, VmTemplate } from '../../api/objects';
import { useHeld } from '../../live/Held';
import { useLive } from '../../live/hooks';
import { DownIcon, UpIcon } from '../../ui/icons';
import { useTell } from '../../ui/tell';
import css from './Config.module.css';

/** `c` its disk, `d` its CD drive, `n` the network. */
const DEVICES = ['c', 'd', 'n'] as const;
type Device = (typeof DEVICES)[number];

export function BootOrder({ vm }: { vm: VM | VmTemplate }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const isHeld = useHeld() !== undefined;
	const tried = [...(vm.boot.order ?? 'cd')].filter((letter): letter is Device =>
		DEVICES.some((one) => one === letter),
	);
	const others = DEVICES.filter((device) => !tried.includes(device));
	const label = t('vmConfig.order');
	const save = (order: readonly Device[]) =>
		void tell(
			{
				action: label,
				doing: t('edit.change', { label }),
				done: t('form.set', { name: vm.name_label, label }),
				name: vm.name_label,
			},
			() => connection.call('vm.setBootOrder', { vm: vm.id, order: order.join('') }),
		);
	const move = (at: number, by: number) => {
		const order = [...tried];
		const [moved] = order.splice(at, 1);
		if (moved !== undefined) order.splice(at + by, 0, moved);
		save(order);
	};
	return (
		<ol className={css.order}>
			{[...tried, ...others].map((device, at) => {
				const isTried = at < tried.length;
				const name = t(`vmConfig.device.${device}`);
				return (
					<li key={device}>
						<Switch
							aria-label={name}
							checked={isTried}
							disabled={isHeld || (isTried && tried.length === 1)}
							label={name}
							onChange={() => save(isTried ? tried.filter((one) => one !== device) : [...tried, device])}
						/>
						<span>
							<ActionIcon
								aria-label={t('vmConfig.up', { name })}
								color="gray"
								disabled={isHeld || !isTried || at === 0}
								onClick={() => move(at, -1)}
								variant="subtle"
							>
								<UpIcon size={16} />
							</ActionIcon>
							<ActionIcon
								aria-label={t('vmConfig.down', { name })}
								color="gray"
								disabled={isHeld || !isTried || at === tried.length - 1}
								onClick={() => move(at, 1)}
								variant="subtle"
							>
								<DownIcon size={16} />
							</ActionIcon>
						</span>
					</li>
				);
			})}
		</ol>
	);
}
