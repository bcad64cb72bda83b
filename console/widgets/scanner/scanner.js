// A field that a scanner types into. Every line waits here, also over a reload, until the console says that it is in the
// store; a line that is sent twice has one id and counts once.
const BARCODE = /^\D{0,3}\d[\d\s-]{4,}[\dXx]\s*$/; // as engine/reading/scanned.py
const AGAIN_MS = 3000;
const SOUNDS = {
  known: [[880, 90]],
  several: [[660, 90], [880, 90]],
  waiting: [[440, 50]],
  unknown: [[220, 260]],
  repeated: [[620, 80], [0, 60], [620, 80], [0, 60], [620, 80]],
  refused: [[140, 350]],
  changed: [[1200, 30]],
};

class Scanner {
  constructor(root, session) {
    this.session = session;
    this.field = root.querySelector("#scan");
    this.status = root.querySelector(".said");
    this.view = root.querySelector(".view");
    this.words = root.querySelector(".words");
    this.sound = root.querySelector(".sound");
    this.lens = root.querySelector(".camera");
    this.heard = new Set();
    this.sent = 0;
    this.began = true; // what was answered before this field was drawn is not heard again
    const kept = JSON.parse(localStorage.getItem(this.place) || "{}");
    this.waiting = kept.waiting || [];
    this.about = kept.about || "";
    this.loud = localStorage.getItem("draft-maker-sound") !== "off";
    this.sound.setAttribute("aria-pressed", String(this.loud));
  }

  get place() {
    return `draft-maker-scan-${this.session}`;
  }

  keep() {
    localStorage.setItem(this.place, JSON.stringify({ waiting: this.waiting, about: this.about }));
  }

  take(text) {
    const line = text.trim();
    if (!line) return;
    if (/^#\d+$/.test(line)) {
      this.about = line;
      this.say(`What you type now is about copy ${line}.`);
      this.keep();
      return;
    }
    const id = `${Date.now().toString(36)}-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
    const barcode = BARCODE.test(line);
    this.waiting.push({ id, text: line, of: barcode ? "" : this.about });
    if (barcode) this.about = id;
    this.keep();
    this.send();
  }

  send() {
    this.sent = Date.now();
    this.report({ waiting: this.waiting, at: this.sent });
  }

  answer(said) {
    for (const { id, sound, sentence } of said) {
      const asked = this.waiting.some((line) => line.id === id);
      const heard = this.heard.has(`${id}/${sound}`) || (this.began && !asked);
      this.heard.add(`${id}/${sound}`);
      this.waiting = this.waiting.filter((line) => line.id !== id);
      if (heard) continue;
      this.play(SOUNDS[sound] || []);
      if (sentence && (asked || id === this.about)) this.say(sentence);
    }
    this.began = false;
    this.keep();
  }

  look() {
    if (!this.waiting.length || Date.now() - this.sent < AGAIN_MS) return;
    this.say(`${this.waiting.length} not stored yet: kept in this browser, sent again every 3 seconds.`);
    this.send();
  }

  say(sentence) {
    this.status.textContent = sentence;
  }

  play(notes) {
    if (!this.loud || !notes.length) return;
    this.audio ||= new AudioContext();
    let at = this.audio.currentTime;
    for (const [frequency, length] of notes) {
      if (frequency) {
        const tone = this.audio.createOscillator();
        const volume = this.audio.createGain();
        tone.frequency.value = frequency;
        volume.gain.value = 0.15;
        tone.connect(volume).connect(this.audio.destination);
        tone.start(at);
        tone.stop(at + length / 1000);
      }
      at += length / 1000;
    }
  }

  switchSound() {
    this.loud = !this.loud;
    localStorage.setItem("draft-maker-sound", this.loud ? "on" : "off");
    this.sound.setAttribute("aria-pressed", String(this.loud));
  }

  async switchCamera() {
    if (this.stream) return this.closeCamera();
    if (!navigator.mediaDevices) return this.say("A browser gives the camera to pages over https and on localhost alone.");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch (refused) {
      return this.say(`The camera cannot be used: ${refused.message}`);
    }
    this.view.srcObject = this.stream;
    this.view.hidden = false;
    this.lens.setAttribute("aria-pressed", "true");
    await this.view.play();
    this.watch();
  }

  closeCamera() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.view.hidden = true;
    this.lens.setAttribute("aria-pressed", "false");
  }

  async watch() {
    let last = "";
    let gone = 0;
    while (this.stream) {
      const found = await this.read().catch(() => "");
      if (found && found !== last) this.take(found);
      gone = found ? 0 : gone + 1;
      if (found) last = found;
      else if (gone > 4) last = ""; // the same barcode again, once it was out of sight
      await new Promise((done) => setTimeout(done, 250));
    }
  }

  async read() {
    if ("BarcodeDetector" in window) {
      this.detector ||= new BarcodeDetector({ formats: ["ean_13", "ean_8", "upc_a", "upc_e"] });
      const [found] = await this.detector.detect(this.view);
      return found ? found.rawValue : "";
    }
    const width = Math.min(960, this.view.videoWidth);
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = Math.round((this.view.videoHeight * width) / this.view.videoWidth);
    canvas.getContext("2d").drawImage(this.view, 0, 0, canvas.width, canvas.height);
    const image = canvas.toDataURL("image/jpeg", 0.7).split(",")[1];
    const answer = await fetch("api/barcodes/read", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ image }),
    });
    if (!answer.ok) return "";
    return (await answer.json()).barcodes[0] || "";
  }
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  let scanner = parentElement.scanner;
  if (!scanner || scanner.session !== data.session) {
    scanner?.closeCamera();
    scanner = parentElement.scanner = new Scanner(parentElement, data.session);
    scanner.field.onkeydown = (event) => {
      if (event.key !== "Enter" && event.key !== "Tab") return;
      if (event.key === "Tab" && !scanner.field.value) return;
      event.preventDefault();
      event.stopPropagation();
      scanner.take(scanner.field.value);
      scanner.field.value = "";
    };
    scanner.sound.onclick = () => scanner.switchSound();
    scanner.lens.onclick = () => scanner.switchCamera();
    scanner.words.replaceChildren(
      ...data.grades.map((grade) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = grade;
        button.onclick = () => {
          scanner.take(grade);
          scanner.field.focus();
        };
        return button;
      }),
    );
    scanner.field.focus();
  }
  scanner.report = (value) => setStateValue("lines", value);
  scanner.answer(data.said);

  const back = (event) => {
    const within = event.composedPath();
    const typing = within.some((one) => one.matches?.("input, textarea, select, [contenteditable=true], [role=dialog]"));
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
    scanner.field.focus(); // the key is typed there: nothing that a scanner sends goes astray
  };
  document.addEventListener("keydown", back, true);
  const timer = setInterval(() => {
    scanner.look();
    if (document.activeElement === document.body) scanner.field.focus(); // what lay over the page has gone
  }, 1000);
  if (scanner.waiting.length && !scanner.sent) scanner.send();
  return () => {
    document.removeEventListener("keydown", back, true);
    clearInterval(timer);
  };
}
