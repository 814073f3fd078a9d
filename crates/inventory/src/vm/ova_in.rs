//! A VM out of an OVA: what the descriptor says becomes a VM, and each disk is written while it arrives.

mod data;

use std::{collections::BTreeMap, io};

use app::{Content, Cx, On, model::Kind};
use archive::{
    Format as Found, Upload,
    ova::Reader,
    ovf::{Drive, Firmware, Ovf, Vm},
};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use op::{Error, Result};
use tokio_util::io::StreamReader;
use xapi::{Value, params};

pub(super) use self::data::Data;
use self::data::DiskData;
use super::{copy, device::NewVbd};
use crate::{
    disk::image::{Format, Image},
    incoming::Blame,
    transit::{self, MARK, Temporary, What},
};

/// Why nothing may start a VM whose disks are not there yet.
const BLOCKED: &str = "OVA import in progress...";

/// Memory of a machine whose descriptor does not say it, in bytes: 1 GiB.
const MEMORY: u64 = 1 << 30;

/// What arrives.
type Arriving = StreamReader<BoxStream<'static, io::Result<Bytes>>, Bytes>;

/// Makes a VM of what arrives, and returns its id; where that fails, nothing of it stays.
///
/// `data` is what is to be different from what the archive says.
pub(super) async fn import(
    cx: &Cx,
    sr: &On,
    data: &Data,
    body: BoxStream<'static, io::Result<Bytes>>,
) -> Result<String> {
    let blame = Blame::default();
    let body = Content::stream(blame.of_stream(body));
    let reader: Arriving = StreamReader::new(body.into_stream());
    let made = async {
        let ova = Reader::open(reader).await.map_err(|error| refused(&error))?;
        let ovf = ova.ovf().cloned();
        let ovf = ovf.ok_or_else(|| Error::invalid("the descriptor (`.ovf`) has to come before the disks"))?;
        let [vm] = &ovf.vms[..] else {
            let what = format!("the package has {} machines; one at a time is imported", ovf.vms.len());
            return Err(Error::invalid(what));
        };
        data.check_files(&ovf)?;
        let mut vm = vm.clone();
        data.apply(&mut vm);
        let networks = data.networks(cx, sr)?;
        let new = New { cx, sr, ovf: &ovf, vm: &vm, networks, disks: data.disks.as_deref() };
        let made = Temporary::new(&cx.app, &sr.pool, What::Vm, &new.make().await?);
        match new.finish(ova, made.reference()).await {
            Ok(id) => made.keep().await.map(|_| id),
            Err(error) => {
                made.remove().await;
                Err(error)
            }
        }
    };
    made.await.map_err(|error| blame.take().unwrap_or(error))
}

/// A VM that is being made.
struct New<'a> {
    cx: &'a Cx,
    sr: &'a On,
    ovf: &'a Ovf,
    vm: &'a Vm,
    /// References of the networks of its interfaces, where the archive does not say them.
    networks: Option<Vec<String>>,
    /// Disks to import, where these are not all.
    disks: Option<&'a [DiskData]>,
}

impl New<'_> {
    /// Makes the VM without its devices.
    async fn make(&self) -> Result<String> {
        let Self { sr, vm, .. } = self;
        let mark = transit::mark(&self.cx.app).await?;
        let memory = i64::try_from(if vm.memory == 0 { MEMORY } else { vm.memory }).unwrap_or(i64::MAX);
        let cpus = i64::from(vm.cpus.max(1));
        let none = || Value::structure::<&str>([]);
        let texts =
            |entries: &[(&str, &str)]| Value::structure(entries.iter().map(|(key, text)| (*key, Value::from(*text))));
        let firmware = if vm.firmware == Firmware::Uefi { "uefi" } else { "bios" };
        let cores = vm.cores_per_socket.filter(|cores| *cores > 0 && cpus % i64::from(*cores) == 0);
        let cores = cores.map(|cores| cores.to_string());
        let mut platform = vec![
            ("acpi", "1"),
            ("apic", "true"),
            ("pae", "true"),
            ("nx", "true"),
            ("hpet", "true"),
            ("viridian", "true"),
            ("stdvga", "0"),
            ("timeoffset", "0"),
        ];
        platform.extend((vm.firmware == Firmware::Uefi).then_some(("device-model", "qemu-upstream-uefi")));
        platform.extend((vm.firmware == Firmware::Uefi && vm.secure_boot).then_some(("secureboot", "true")));
        platform.extend(cores.as_deref().map(|cores| ("cores-per-socket", cores)));
        let record = Value::structure([
            ("name_label", Value::from(format!("[Importing...] {}", vm.name))),
            ("name_description", vm.description.as_str().into()),
            ("user_version", 1_i64.into()),
            ("is_a_template", false.into()),
            ("affinity", "OpaqueRef:NULL".into()),
            ("memory_static_max", memory.into()),
            ("memory_dynamic_max", memory.into()),
            ("memory_dynamic_min", memory.into()),
            ("memory_static_min", memory.min(128 << 20).into()),
            ("VCPUs_params", none()),
            ("VCPUs_max", cpus.into()),
            ("VCPUs_at_startup", cpus.into()),
            ("actions_after_shutdown", "destroy".into()),
            ("actions_after_reboot", "restart".into()),
            ("actions_after_crash", "restart".into()),
            ("PV_bootloader", "".into()),
            ("PV_kernel", "".into()),
            ("PV_ramdisk", "".into()),
            ("PV_args", "".into()),
            ("PV_bootloader_args", "".into()),
            ("PV_legacy_args", "".into()),
            ("HVM_boot_policy", "BIOS order".into()),
            ("HVM_boot_params", texts(&[("order", "cdn"), ("firmware", firmware)])),
            ("HVM_shadow_multiplier", 1.0.into()),
            ("platform", texts(&platform)),
            ("PCI_bus", "".into()),
            ("other_config", texts(&[("base_template_name", "Other install media"), (MARK, &mark)])),
            ("recommendations", "".into()),
            ("blocked_operations", texts(&[("start", BLOCKED), ("start_on", BLOCKED)])),
        ]);
        sr.pool.call_as("VM.create", params![record]).await
    }

    /// Gives it its devices, and makes it one that people can use.
    async fn finish(&self, ova: Reader<Arriving>, vm: &str) -> Result<String> {
        self.connect(vm).await?;
        self.fill(ova, vm).await?;
        let pool = &self.sr.pool;
        for operation in ["start", "start_on"] {
            pool.call("VM.remove_from_blocked_operations", params![vm, operation]).await?;
        }
        pool.call("VM.set_name_label", params![vm, self.vm.name.as_str()]).await?;
        pool.id_of_new(Kind::Vm, vm).await
    }

    /// Returns the networks of its interfaces: the wanted ones, those of the same names, or else that of the management.
    async fn networks(&self) -> Result<Vec<String>> {
        if let Some(networks) = &self.networks {
            return Ok(networks.clone());
        }
        let management = copy::management(self.cx, self.sr);
        let mut networks = Vec::new();
        for nic in &self.vm.nics {
            let mut network = management.clone();
            if let Some(name) = &nic.network {
                let named: Vec<String> =
                    self.sr.pool.call_as("network.get_by_name_label", params![name.as_str()]).await?;
                network = named.into_iter().next().or(network);
            }
            networks.extend(network);
        }
        Ok(networks)
    }

    /// Gives it its network interfaces.
    async fn connect(&self, vm: &str) -> Result<()> {
        let pool = &self.sr.pool;
        for (at, network) in self.networks().await?.into_iter().enumerate() {
            let mtu: i64 = pool.call_as("network.get_MTU", params![&network]).await?;
            let record = Value::structure([
                ("VM", Value::from(vm)),
                ("network", network.into()),
                ("device", at.to_string().into()),
                ("MAC", "".into()),
                ("MTU", mtu.into()),
                ("other_config", Value::structure::<&str>([])),
                ("qos_algorithm_type", "".into()),
                ("qos_algorithm_params", Value::structure::<&str>([])),
            ]);
            pool.call("VIF.create", params![record]).await?;
        }
        Ok(())
    }

    /// Makes its disks of the files, in whichever order these come.
    async fn fill(&self, ova: Reader<Arriving>, vm: &str) -> Result<()> {
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, drive) in self.vm.disks.iter().enumerate() {
            let disk = self.ovf.disk(&drive.disk);
            let disk = disk.ok_or_else(|| Error::invalid(format!("the descriptor has no disk `{}`", drive.disk)))?;
            match self.ovf.file_of(disk) {
                Some(file) if self.wanted(&file.href).is_none() && self.disks.is_some() => {}
                None if self.disks.is_some() => {}
                Some(file) => places.entry(&file.href).or_default().push(place),
                None => drop(self.disk(vm, place, drive, disk.capacity, None).await?),
            }
        }
        let mut ova = ova;
        while let Some(member) = ova.next().await.map_err(|error| refused(&error))? {
            let Some(places) = places.remove(&*member.name) else { continue };
            let [place] = places[..] else {
                return Err(Error::invalid(format!("two disks have the same file `{}`", member.name)));
            };
            let (content, loan) = ova.lend();
            // Compressed or not, and whatever the descriptor says that it is.
            let upload = Upload::open(content).await.map_err(|error| crate::incoming::reason(&error))?;
            let format = match upload.format {
                Found::Vmdk => Format::Vmdk,
                Found::Vhd => Format::Vhd,
                Found::Qcow2 => Format::Qcow2,
                Found::Raw => Format::Raw,
                other => {
                    return Err(Error::invalid(format!(
                        "`{}` is no image of a disk that is read ({other:?})",
                        member.name
                    )));
                }
            };
            let length = (upload.compression == archive::Compression::None).then_some(member.size);
            let image = Image::decode(format, upload.content, length).await?;
            let drive = &self.vm.disks[place];
            let vdi = self.disk(vm, place, drive, image.size, self.wanted(&member.name)).await?;
            let label = format!("[XO] Importing content into VDI {}", drive.name);
            image.fill(&self.sr.pool, &vdi, &label).await?;
            let back = loan.back().await;
            ova = back.ok_or_else(|| Error::failed("the archive did not come back from its file"))?;
            if self.cx.stopped() {
                return Err(Error::refused("the call has been cancelled"));
            }
        }
        // Only now what the manifest says is compared to the end.
        ova.finish().await.map_err(|error| refused(&error))?;
        match places.keys().next() {
            Some(missing) => Err(Error::invalid(format!("the file `{missing}` of a disk is not in the archive"))),
            None => Ok(()),
        }
    }

    /// Returns what is wanted of the disk in a file, and its place in the list.
    fn wanted(&self, file: &str) -> Option<(usize, &DiskData)> {
        self.disks?.iter().enumerate().find(|(_, disk)| disk.path == file)
    }

    /// Makes a disk, and gives it to the VM, so that it goes with that.
    ///
    /// Until then it has a mark of its own: a server that is killed between the two finds it again.
    async fn disk(
        &self,
        vm: &str,
        place: usize,
        drive: &Drive,
        size: u64,
        wanted: Option<(usize, &DiskData)>,
    ) -> Result<String> {
        let capacity = wanted.and_then(|(at, wanted)| Some((at, wanted.capacity?)));
        if let Some((at, capacity)) = capacity.filter(|(_, capacity)| *capacity < size) {
            let less =
                format!("`data/disks/{at}/capacity`: the disk has {size} bytes, of which {capacity} are too few");
            return Err(Error::invalid(less));
        }
        let mark = transit::mark(&self.cx.app).await?;
        let size = capacity.map_or(size, |(_, capacity)| capacity);
        let wanted = wanted.map(|(_, wanted)| wanted);
        let size = i64::try_from(size).map_err(|_| Error::invalid("a disk of the archive is too large"))?;
        let own = || if drive.name.is_empty() { format!("{} disk {place}", self.vm.name) } else { drive.name.clone() };
        let name = wanted.and_then(|wanted| wanted.name_label.clone()).unwrap_or_else(own);
        let description = wanted.and_then(|wanted| wanted.description_label.as_deref()).unwrap_or(&drive.description);
        let fields = Value::structure([
            ("name_label", Value::from(name)),
            ("name_description", description.into()),
            ("other_config", Value::structure([(MARK, Value::from(mark))])),
            ("read_only", false.into()),
            ("sharable", false.into()),
            ("SR", self.sr.reference().into()),
            ("type", "user".into()),
            ("virtual_size", size.into()),
        ]);
        let pool = &self.sr.pool;
        let vdi: String = pool.call_as("VDI.create", params![fields]).await?;
        let made = Temporary::new(&self.cx.app, pool, What::Vdi, &vdi);
        let usual = || (place + usize::from(place >= 3)).to_string();
        let position = Some(wanted.and_then(|wanted| wanted.position).map_or_else(usual, |place| place.to_string()));
        let new = NewVbd { vm, vdi: &vdi, drive: false, bootable: place == 0, read_only: false, position };
        match new.attach(pool).await {
            // It is the VM's now.
            Ok(_) => made.keep().await,
            Err(error) => {
                made.remove().await;
                Err(error)
            }
        }
    }
}

/// Says what is wrong with an archive that is read.
fn refused(error: &archive::Error) -> Error {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    match error {
        archive::Error::Read { .. } => Error::refused(format!("the archive cannot be read: {text}")),
        _ => Error::invalid(format!("the archive cannot be read: {text}")),
    }
}
