//! Camera and scale of the bench: set up, changed and removed while it runs.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use devices::camera::SignIn;
use devices::scanner::{PortList, SystemPorts};
use devices::{Camera, CameraConfig, CameraSource, DeviceId, DeviceKind, Scale, ScaleConfig, Scanner};

use super::Devices;
use super::binding::Bound;
use crate::desk::coded;
use crate::preview::Preview;
use crate::seam::{CameraKinds, CameraSetup, Coded, ScaleSetup};
use crate::settings::{Mat, Settings};

/// Names of what there is one of.
const CAMERA: &str = "camera";
const SCALE: &str = "scale";
/// What a folder or a recording is played at.
const FPS: std::ops::RangeInclusive<f64> = 0.1..=60.0;

/// The camera and the scale that stand on the bench now. Shared by the desk, which takes pictures and weights, and by
/// whoever shows them; either may be another one from one moment to the next.
#[derive(Clone, Default)]
pub(crate) struct Instruments {
    held: Arc<Mutex<Held>>,
    pub(crate) preview: Preview,
}

#[derive(Default)]
struct Held {
    camera: Option<Arc<dyn Camera>>,
    scale: Option<Arc<dyn Scale>>,
}

impl Instruments {
    pub(crate) fn camera(&self) -> Option<Arc<dyn Camera>> {
        self.lock().camera.clone()
    }

    pub(crate) fn scale(&self) -> Option<Arc<dyn Scale>> {
        self.lock().scale.clone()
    }

    fn place_camera(&self, camera: Option<Arc<dyn Camera>>) {
        self.lock().camera = camera;
    }

    fn place_scale(&self, scale: Option<Arc<dyn Scale>>) {
        self.lock().scale = scale;
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Devices {
    /// The camera and the scale of the dock, as they are handed around.
    pub(crate) fn instruments(&self) -> Instruments {
        let instruments = Instruments::default();
        instruments.place_camera(self.camera.clone());
        instruments.place_scale(self.scale.clone());
        instruments
    }

    /// Sets the camera up. The one before is closed first: small cameras serve one viewer. A remembered mat is another
    /// camera's view, and is forgotten. Call it inside a tokio runtime.
    pub(crate) fn save_camera(
        &mut self,
        data: &Path,
        setup: &CameraSetup,
        instruments: &Instruments,
    ) -> Result<(), Coded> {
        let before = self.settings.camera.as_ref();
        let id = before.map_or_else(|| self.free_id(CAMERA), |config| Ok(config.id.clone()))?;
        let config = CameraConfig { id, source: source_of(setup, before.map(|config| &config.source))? };
        let mat = self.settings.mat.clone().filter(|_| before == Some(&config));
        let settings = Settings { camera: Some(config.clone()), mat, ..self.settings.clone() };
        self.replace_settings(data, settings)?;
        self.drop_camera(instruments);
        self.expect(&config.id, DeviceKind::Camera);
        let camera = devices::camera::open(config, &self.sender);
        self.camera = Some(camera.clone());
        instruments.place_camera(Some(camera));
        Ok(())
    }

    /// Takes the camera away for good.
    pub(crate) fn remove_camera(&mut self, data: &Path, instruments: &Instruments) -> Result<(), Coded> {
        if self.settings.camera.is_none() {
            return Err(coded("device-unknown", [("device", CAMERA.to_owned())]));
        }
        let settings = Settings { camera: None, mat: None, ..self.settings.clone() };
        self.replace_settings(data, settings)?;
        self.drop_camera(instruments);
        Ok(())
    }

    fn drop_camera(&mut self, instruments: &Instruments) {
        instruments.place_camera(None);
        if let Some(camera) = self.camera.take() {
            self.forget(&camera.id().clone());
        }
    }

    /// Sets the scale up, and binds it to what is plugged in at `bind` now, if that is given; the port of the one before
    /// is closed first.
    pub(crate) fn save_scale(
        &mut self,
        data: &Path,
        setup: &ScaleSetup,
        bind: Option<&str>,
        instruments: &Instruments,
    ) -> Result<(), Coded> {
        let before = self.settings.scale.as_ref();
        let id = before.map_or_else(|| self.free_id(SCALE), |config| Ok(config.id.clone()))?;
        let mut config = scale_config(&id, setup)?;
        let mut twins = Vec::new();
        if let Some(path) = bind {
            let bound;
            (bound, twins) = self.bind(&id, path, &SystemPorts.list())?;
            Bound { path: config.path, usb: config.usb } = bound;
        }
        if config.usb.is_none() && config.path.is_empty() {
            return Err(coded("scale-setup-empty", []));
        }
        let path = bind.unwrap_or(&config.path).to_owned();
        let taken = |scanner: &Arc<dyn Scanner>| scanner.open_path().as_ref() == Some(&path);
        if self.scanners.iter().any(taken) {
            return Err(coded("scale-setup-taken", [("path", path)]));
        }
        let settings = Settings { scale: Some(config), ..self.settings.clone() };
        self.replace_settings(data, settings)?;
        self.reopen_scale(instruments);
        self.reopen_twins(&twins, instruments);
        Ok(())
    }

    /// Opens the scale as the settings name it.
    pub(super) fn reopen_scale(&mut self, instruments: &Instruments) {
        self.drop_scale(instruments);
        let Some(config) = self.settings.scale.clone() else { return };
        self.expect(&config.id, DeviceKind::Scale);
        self.scale = super::scale(&config, &self.sender);
        instruments.place_scale(self.scale.clone());
    }

    /// Takes the scale away for good.
    pub(crate) fn remove_scale(&mut self, data: &Path, instruments: &Instruments) -> Result<(), Coded> {
        if self.settings.scale.is_none() {
            return Err(coded("device-unknown", [("device", SCALE.to_owned())]));
        }
        let settings = Settings { scale: None, ..self.settings.clone() };
        self.replace_settings(data, settings)?;
        self.drop_scale(instruments);
        Ok(())
    }

    fn drop_scale(&mut self, instruments: &Instruments) {
        instruments.place_scale(None);
        if let Some(scale) = self.scale.take() {
            self.forget(&scale.id().clone());
        }
    }

    /// A name that no other device has: a scanner may be called `camera`.
    fn free_id(&self, wish: &str) -> Result<DeviceId, Coded> {
        let names = std::iter::once(wish.to_owned()).chain((2..100).map(|n| format!("{wish}-{n}")));
        let free = names.map(DeviceId::new).find(|id| !self.states.contains_key(id));
        free.ok_or_else(|| coded("device-unknown", [("device", wish.to_owned())]))
    }

    /// Remembers the empty mat, or forgets it.
    pub(crate) fn remember_mat(&mut self, data: &Path, mat: Option<Mat>) -> Result<(), Coded> {
        self.replace_settings(data, Settings { mat, ..self.settings.clone() })
    }

    /// The empty mat, where one was taken.
    pub(crate) fn mat(&self) -> Option<&Mat> {
        self.settings.mat.as_ref()
    }

    /// How the camera is set up; its password stays here.
    pub(crate) fn camera_setup(&self) -> Option<CameraSetup> {
        self.settings.camera.as_ref().map(|config| setup_of(&config.source))
    }

    /// How the scale is set up.
    pub(crate) fn scale_setup(&self) -> Option<ScaleSetup> {
        let config = self.settings.scale.as_ref()?;
        serde_json::to_value(config).and_then(serde_json::from_value).ok()
    }
}

/// Which kinds of camera this program can open.
pub(crate) fn camera_kinds() -> CameraKinds {
    CameraKinds { usb: devices::camera::HAS_USB, rtsp: devices::camera::HAS_RTSP }
}

fn source_of(setup: &CameraSetup, before: Option<&CameraSource>) -> Result<CameraSource, Coded> {
    let place = setup.place.trim().to_owned();
    if place.is_empty() {
        return Err(coded("camera-setup-empty", []));
    }
    let fps = match setup.fps {
        Some(fps) if !FPS.contains(&fps) => return Err(coded("camera-setup-fps", [])),
        fps => fps,
    };
    let named = || [("place", place.clone())];
    Ok(match setup.kind.as_str() {
        "mjpeg-http" => {
            if !is_address(&place, &["http", "https"]) {
                return Err(coded("camera-setup-address", named()));
            }
            let (url, in_address) = SignIn::apart(&place);
            CameraSource::MjpegHttp { url, sign_in: sign_in(setup, before).or(in_address) }
        }
        "rtsp" => {
            if !is_address(&place, &["rtsp", "rtsps"]) {
                return Err(coded("camera-setup-address-rtsp", named()));
            }
            let (url, in_address) = SignIn::apart(&place);
            CameraSource::Rtsp { url, sign_in: sign_in(setup, before).or(in_address) }
        }
        "usb" => CameraSource::Usb { camera: place },
        "recording" => {
            if !Path::new(&place).is_file() {
                return Err(coded("camera-setup-no-file", named()));
            }
            CameraSource::Recording { path: place.into(), fps, repeat: setup.repeat }
        }
        "folder" => {
            if !Path::new(&place).is_dir() {
                return Err(coded("camera-setup-no-folder", named()));
            }
            CameraSource::Folder { path: place.into(), fps: fps.unwrap_or(5.0), repeat: setup.repeat }
        }
        other => return Err(coded("camera-setup-kind", [("kind", other.to_owned())])),
    })
}

/// An address with one of these schemes, and a host behind it.
fn is_address(place: &str, schemes: &[&str]) -> bool {
    let url = reqwest::Url::parse(place);
    url.is_ok_and(|url| {
        schemes.contains(&url.scheme()) && url.host_str().is_some_and(|host| !host.is_empty())
    })
}

/// Name and password; without a new password the one before stays, where the name is the same.
fn sign_in(setup: &CameraSetup, before: Option<&CameraSource>) -> Option<SignIn> {
    let user = setup.user.trim();
    if user.is_empty() {
        return None;
    }
    let kept = before.and_then(present_sign_in).filter(|before| before.user == user);
    let kept = kept.map(|before| before.password);
    let password = setup.password.clone().or(kept).unwrap_or_default();
    Some(SignIn { user: user.to_owned(), password })
}

/// What a camera is signed in with, wherever that stands in the file.
fn present_sign_in(source: &CameraSource) -> Option<SignIn> {
    match source {
        CameraSource::MjpegHttp { url, sign_in } | CameraSource::Rtsp { url, sign_in } => {
            sign_in.clone().or_else(|| SignIn::apart(url).1)
        }
        _ => None,
    }
}

fn setup_of(source: &CameraSource) -> CameraSetup {
    let of = |kind: &str, place: String| CameraSetup {
        kind: kind.to_owned(),
        place,
        user: String::new(),
        password: None,
        fps: None,
        repeat: true,
    };
    let user = present_sign_in(source).map(|sign_in| sign_in.user).unwrap_or_default();
    match source {
        CameraSource::MjpegHttp { .. } => CameraSetup { user, ..of("mjpeg-http", source.place()) },
        CameraSource::Rtsp { .. } => CameraSetup { user, ..of("rtsp", source.place()) },
        CameraSource::Usb { camera } => of("usb", camera.clone()),
        CameraSource::Recording { fps, repeat, .. } => {
            CameraSetup { fps: *fps, repeat: *repeat, ..of("recording", source.place()) }
        }
        CameraSource::Folder { fps, repeat, .. } => {
            CameraSetup { fps: Some(*fps), repeat: *repeat, ..of("folder", source.place()) }
        }
    }
}

fn scale_config(id: &DeviceId, setup: &ScaleSetup) -> Result<ScaleConfig, Coded> {
    if setup.baud == 0 {
        return Err(coded("scale-setup-baud", []));
    }
    let wrong = |detail: String| coded("scale-setup", [("field", detail)]);
    let setup = ScaleSetup { path: setup.path.trim().to_owned(), ..setup.clone() };
    let mut value = serde_json::to_value(setup).map_err(|error| wrong(error.to_string()))?;
    if let Some(fields) = value.as_object_mut() {
        fields.insert("id".to_owned(), serde_json::Value::String(id.to_string()));
    }
    serde_json::from_value(value).map_err(|error| wrong(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dock::Dock;

    fn setup(kind: &str, place: &str) -> CameraSetup {
        CameraSetup {
            kind: kind.to_owned(),
            place: place.to_owned(),
            user: String::new(),
            password: None,
            fps: None,
            repeat: true,
        }
    }

    fn refused(setup: &CameraSetup) -> String {
        source_of(setup, None).unwrap_err().code
    }

    #[test]
    fn what_cannot_be_a_camera_is_refused_by_what_is_wrong_with_it() {
        assert_eq!(refused(&setup("mjpeg-http", "  ")), "camera-setup-empty");
        assert_eq!(refused(&setup("mjpeg-http", "10.20.4.60/video")), "camera-setup-address");
        assert_eq!(refused(&setup("mjpeg-http", "rtsp://10.20.4.60/video")), "camera-setup-address");
        assert_eq!(refused(&setup("rtsp", "http://10.20.4.60/video")), "camera-setup-address-rtsp");
        assert_eq!(refused(&setup("folder", "/no/such/folder")), "camera-setup-no-folder");
        assert_eq!(refused(&setup("recording", "/")), "camera-setup-no-file");
        assert_eq!(refused(&setup("webcam", "0")), "camera-setup-kind");
        let fast = CameraSetup { fps: Some(f64::NAN), ..setup("folder", "/") };
        assert_eq!(refused(&fast), "camera-setup-fps");
    }

    #[test]
    fn a_password_is_kept_and_never_told() {
        let with = |user: &str, password: Option<&str>| CameraSetup {
            user: user.to_owned(),
            password: password.map(str::to_owned),
            ..setup("mjpeg-http", "http://10.20.4.60/video")
        };
        let password = |source: &CameraSource| match source {
            CameraSource::MjpegHttp { sign_in, .. } => {
                sign_in.as_ref().map(|sign_in| sign_in.password.clone())
            }
            other => panic!("{other:?}"),
        };
        let first = source_of(&with("dock", Some("s3cret")), None).unwrap();
        assert_eq!(password(&first).as_deref(), Some("s3cret"));
        assert!(!format!("{:?}", setup_of(&first)).contains("s3cret"));
        assert_eq!(setup_of(&first).user, "dock");
        let again = source_of(&with("dock", None), Some(&first)).unwrap();
        assert_eq!(again, first, "what was not typed anew stays");
        let other = source_of(&with("guest", None), Some(&first)).unwrap();
        assert_eq!(password(&other).as_deref(), Some(""), "another name does not get this one's password");
        assert_eq!(password(&source_of(&with("", None), Some(&first)).unwrap()), None);
        // What is typed into the address is kept with the rest, and the address is told without it.
        let typed = setup("mjpeg-http", "http://dock:s3cret@10.20.4.60/video");
        let typed = source_of(&typed, None).unwrap();
        assert_eq!(typed, first);
        assert_eq!(setup_of(&typed).place, "http://10.20.4.60/video");
        // A file written by hand may have it in the address: setting up anew what the form shows does not lose it.
        let by_hand: CameraSource =
            serde_json::from_str(r#"{"kind":"mjpeg-http","url":"http://dock:s3cret@10.20.4.60/video"}"#)
                .unwrap();
        assert_eq!(setup_of(&by_hand).user, "dock");
        assert_eq!(source_of(&with("dock", None), Some(&by_hand)).unwrap(), first);
        for source in [&first, &by_hand] {
            let told = format!("{source:?} {:?}", setup_of(source));
            assert!(!told.contains("s3cret"), "{told}");
        }
    }

    #[tokio::test]
    async fn camera_and_scale_are_set_up_changed_and_removed_in_the_file_too() {
        let (data, pictures) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut devices = Devices::split(Dock::open(Settings::default())).1;
        let instruments = devices.instruments();
        let folder = setup("folder", &pictures.path().display().to_string());
        devices.save_camera(data.path(), &folder, &instruments).unwrap();
        assert!(instruments.camera().is_some());
        let saved = Settings::load(data.path()).unwrap();
        assert_eq!(saved.camera.map(|camera| camera.id), Some(DeviceId::new("camera")));
        assert_eq!(devices.camera_setup().unwrap().fps, Some(5.0));

        let mat = Mat { taken: "2026-11-22T10:00:00Z".parse().unwrap(), tiles: vec![9; 144] };
        devices.remember_mat(data.path(), Some(mat.clone())).unwrap();
        devices
            .save_camera(data.path(), &CameraSetup { fps: Some(5.0), ..folder.clone() }, &instruments)
            .unwrap();
        assert_eq!(Settings::load(data.path()).unwrap().mat, Some(mat), "the same camera sees the same mat");
        devices.save_camera(data.path(), &CameraSetup { fps: Some(2.0), ..folder }, &instruments).unwrap();
        assert_eq!(Settings::load(data.path()).unwrap().mat, None);

        let scale = ScaleSetup {
            path: "/dev/no-such-scale".to_owned(),
            usb: None,
            protocol: "nci".to_owned(),
            baud: 2400,
            data_bits: "seven".to_owned(),
            parity: "even".to_owned(),
            stop_bits: "one".to_owned(),
            flow: "none".to_owned(),
        };
        devices.save_scale(data.path(), &scale, None, &instruments).unwrap();
        assert!(instruments.scale().is_some());
        assert_eq!(devices.scale_setup(), Some(scale.clone()));
        let code = |setup: ScaleSetup| scale_config(&DeviceId::new("s"), &setup).unwrap_err().code;
        let nowhere = ScaleSetup { path: " ".to_owned(), ..scale.clone() };
        let refused = devices.save_scale(data.path(), &nowhere, None, &instruments).unwrap_err();
        assert_eq!(refused.code, "scale-setup-empty");
        assert_eq!(code(ScaleSetup { baud: 0, ..scale.clone() }), "scale-setup-baud");
        assert_eq!(code(ScaleSetup { protocol: "morse".to_owned(), ..scale }), "scale-setup");

        devices.remove_camera(data.path(), &instruments).unwrap();
        devices.remove_scale(data.path(), &instruments).unwrap();
        assert!(instruments.camera().is_none() && instruments.scale().is_none());
        assert!(devices.views().is_empty());
        let saved = Settings::load(data.path()).unwrap();
        assert!(saved.camera.is_none() && saved.scale.is_none());
        let gone = devices.remove_camera(data.path(), &instruments).unwrap_err();
        assert_eq!(gone.code, "device-unknown");
    }
}
