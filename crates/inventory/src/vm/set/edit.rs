//! Changing the record of a VM at its pool.

use app::Connection;
use op::{Patch, Result};
use tracing::warn;
use xapi::{Value, params};
use xapi_types::{class, enums::VmPowerState};

/// A VM that is being changed, with its record as it is by now.
pub(in crate::vm) struct Edit {
    pool: Connection,
    vm: String,
    pub(in crate::vm) record: class::Vm,
}

impl Edit {
    pub(in crate::vm) fn new(pool: Connection, vm: String, record: class::Vm) -> Self {
        Self { pool, vm, record }
    }

    pub(super) fn reference(&self) -> &str {
        &self.vm
    }

    pub(super) async fn call(&self, method: &str, params: Vec<Value>) -> Result<()> {
        self.pool.call(method, params).await.map(drop)
    }

    /// Sets a field.
    pub(super) async fn set(&self, field: &str, value: impl Into<Value>) -> Result<()> {
        self.call(&format!("VM.set_{field}"), vec![self.reference().into(), value.into()]).await
    }

    /// Sets or removes an entry of a map, unless it is as wanted.
    pub(in crate::vm) async fn entry(&self, map: &str, key: &str, value: Option<&str>) -> Result<()> {
        let known = self.known(map, key);
        if known.as_deref() == value {
            return Ok(());
        }
        if known.is_some() {
            self.call(&format!("VM.remove_from_{map}"), params![self.reference(), key]).await?;
        }
        let Some(value) = value else { return Ok(()) };
        let add =
            async |value: &str| self.call(&format!("VM.add_to_{map}"), params![self.reference(), key, value]).await;
        let added = add(value).await;
        if added.is_err()
            && let Some(known) = known
            && let Err(left) = add(&known).await
        {
            warn!("the entry `{key}` of `{map}` of a VM is lost, it can neither be changed nor put back: {left}");
        }
        added
    }

    pub(super) async fn patch(&self, map: &str, key: &str, patch: &Patch<String>) -> Result<()> {
        match patch {
            Patch::Keep => Ok(()),
            Patch::Clear => self.entry(map, key, None).await,
            Patch::Set(value) => self.entry(map, key, Some(value)).await,
        }
    }

    fn known(&self, map: &str, key: &str) -> Option<String> {
        let record = &self.record;
        let texts = match map {
            "other_config" => &record.other_config,
            "platform" => &record.platform,
            "VCPUs_params" => &record.vcpus_params,
            "HVM_boot_params" => &record.hvm_boot_params,
            "xenstore_data" => &record.xenstore_data,
            _ => {
                let blocked = record.blocked_operations.iter().find(|(operation, _)| operation.as_str() == key);
                return blocked.map(|(_, reason)| reason.to_string());
            }
        };
        texts.get(key).map(ToString::to_string)
    }

    /// Switches something on in the `other_config` of the pool.
    pub(super) async fn switch_pool(&self, key: &str) -> Result<()> {
        let pools: Vec<String> = self.pool.call_as("pool.get_all", params![]).await?;
        for pool in pools {
            self.call("pool.remove_from_other_config", params![&pool, key]).await?;
            self.call("pool.add_to_other_config", params![pool, key, "true"]).await?;
        }
        Ok(())
    }

    fn is_running(&self) -> bool {
        self.record.power_state == VmPowerState::Running
    }

    pub(super) async fn cpus(&mut self, count: i64) -> Result<()> {
        if count > self.record.vcpus_max {
            self.set("VCPUs_max", count).await?;
            self.record.vcpus_max = count;
        }
        if count != self.record.vcpus_at_startup {
            self.set("VCPUs_at_startup", count).await?;
            self.record.vcpus_at_startup = count;
        }
        if self.is_running() {
            self.set("VCPUs_number_live", count).await?;
        }
        Ok(())
    }

    pub(super) async fn cpus_max(&mut self, count: i64) -> Result<()> {
        if count < self.record.vcpus_at_startup {
            self.set("VCPUs_at_startup", count).await?;
            self.record.vcpus_at_startup = count;
        }
        if count != self.record.vcpus_max {
            self.set("VCPUs_max", count).await?;
            self.record.vcpus_max = count;
        }
        Ok(())
    }

    pub(super) async fn memory_static_max(&mut self, size: i64) -> Result<()> {
        if size != self.record.memory_static_max {
            self.set("memory_static_max", size).await?;
            self.record.memory_static_max = size;
        }
        Ok(())
    }

    /// Gives it so much memory: a running VM within its limits, another one with limits that fit.
    pub(super) async fn memory(&mut self, size: i64) -> Result<()> {
        let record = &self.record;
        if record.memory_dynamic_min == size && record.memory_dynamic_max == size {
            return Ok(());
        }
        if self.is_running() {
            self.call("VM.set_memory_dynamic_range", params![self.reference(), size, size]).await?;
        } else {
            self.limits(record.memory_static_min.min(size), size, size, size).await?;
            self.record.memory_static_min = self.record.memory_static_min.min(size);
            self.record.memory_static_max = size;
        }
        (self.record.memory_dynamic_min, self.record.memory_dynamic_max) = (size, size);
        Ok(())
    }

    pub(super) async fn memory_min(&mut self, size: i64) -> Result<()> {
        if size != self.record.memory_dynamic_min {
            self.set("memory_dynamic_min", size).await?;
            self.record.memory_dynamic_min = size;
        }
        Ok(())
    }

    pub(super) async fn memory_max(&mut self, size: i64) -> Result<()> {
        let record = &self.record;
        if size == record.memory_dynamic_max {
            return Ok(());
        }
        if self.is_running() {
            self.set("memory_dynamic_max", size).await?;
        } else {
            let (least, most) = (record.memory_dynamic_min.min(size), record.memory_static_max.max(size));
            self.limits(record.memory_static_min, most, least, size).await?;
            (self.record.memory_dynamic_min, self.record.memory_static_max) = (least, most);
        }
        self.record.memory_dynamic_max = size;
        Ok(())
    }

    async fn limits(&self, static_min: i64, static_max: i64, dynamic_min: i64, dynamic_max: i64) -> Result<()> {
        let params = params![self.reference(), static_min, static_max, dynamic_min, dynamic_max];
        self.call("VM.set_memory_limits", params).await
    }
}
