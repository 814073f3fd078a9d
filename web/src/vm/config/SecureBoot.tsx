/** Whether only signed systems boot, and whether the VM is ready for that. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Setting, SwitchSetting } from '../../form/Setting';
import { useHeld } from '../../live/Held';
import { useLive } from '../../live/hooks';
import type { PartProps } from './VmConfig';

const TOLD = ['ready', 'ready_no_dbx', 'setup_mode', 'certs_incomplete', 'not_supported', 'disabled'] as const;

export function SecureBoot({ vm, set, halt }: PartProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const isHeld = useHeld() !== undefined;
	const uefi = vm.boot.firmware === 'uefi';
	const { data } = useQuery({
		queryKey: ['vm.getSecurebootReadiness', vm.id, vm.secureBoot, vm.power_state],
		queryFn: async () => String(await connection.call('vm.getSecurebootReadiness', { id: vm.id })),
		enabled: uefi && vm.type === 'VM' && !isHeld,
		retry: false,
	});
	const known = TOLD.find((one) => one === data);
	return (
		<>
			<SwitchSetting
				help={known === undefined ? undefined : t(`vmConfig.readiness.${known}`)}
				label={t('newVm.secureBoot')}
				property="secureBoot"
				set={set}
				value={vm.secureBoot}
				why={uefi ? halt : t('vmConfig.needsUefi')}
			/>
			{uefi && (
				<Setting help={t('vmConfig.keysHelp')} label={t('vmConfig.keys')}>
					<Button
						disabled={isHeld}
						onClick={() => void set(t('vmConfig.keys'), { uefiMode: 'user' })}
						size="compact-sm"
						variant="default"
					>
						{t('vmConfig.takeKeys')}
					</Button>
				</Setting>
			)}
		</>
	);
}
