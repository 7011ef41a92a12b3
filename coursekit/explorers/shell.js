// What Python cannot do from the kernel: names for slider handles, and news of what is on screen.
(image => {
    const root = image.closest('.ck-explorer');
    if (!root || root.dataset.ckReady) return;
    root.dataset.ckReady = 'yes';

    // Without this attribute, arrow keys would move to another cell and letters would be commands.
    const KEYED = '.noUi-handle, select, button, input:is([type=checkbox], [type=radio])';
    const keepKeys = () => root.querySelectorAll(KEYED).forEach(control => {
        control.dataset.lmSuppressShortcuts = 'true';
    });

    // A slider handle gets the label of its slider as name and the readout as spoken value.
    const nameSliders = () => root.querySelectorAll('.widget-slider, .widget-hslider').forEach(slider => {
        const handle = slider.querySelector('.noUi-handle');
        const label = slider.querySelector('label, .widget-label');
        const readout = slider.querySelector('.widget-readout');
        if (!handle || handle.hasAttribute('aria-label')) return;
        handle.setAttribute('aria-label', label ? label.textContent : 'slider');
        const speak = () => readout && handle.setAttribute('aria-valuetext', readout.textContent);
        speak();
        if (readout) new MutationObserver(speak).observe(readout, {childList: true, characterData: true, subtree: true});
    });

    // In a lecture the explorer fills the screen.
    root.querySelectorAll('.ck-present').forEach(button => button.addEventListener('click', () =>
        document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()));

    const bridge = root.querySelector('.ck-bridge input');

    // What a hand does: a spot, the number of the movement, where it began and where it is, in [-1, 1]^2.
    let drags = 0;
    root.addEventListener('pointerdown', down => {
        const spot = down.target.closest('[data-ck-hand]');
        if (!spot || down.button) return;
        down.preventDefault();
        drags += 1;
        const {left, top, width, height} = spot.getBoundingClientRect(), name = spot.dataset.ckHand;
        const place = event => `${(2 * (event.clientX - left) / width - 1).toFixed(3)} ` +
            `${(1 - 2 * (event.clientY - top) / height).toFixed(3)}`;
        let last = down, sent = false, n = 0;
        const send = () => {
            sent = false;
            bridge.value = `hand ${name} ${drags} ${place(down)} ${place(last)} ${n += 1}`;
            bridge.dispatchEvent(new Event('change', {bubbles: true}));
        };
        const move = event => { last = event; if (!sent) { sent = true; requestAnimationFrame(send); } };
        const up = event => {
            move(event);
            setTimeout(send, 150);  // the last word, also where pictures were being told of
            window.removeEventListener('pointermove', move);
            window.removeEventListener('pointerup', up);
        };
        window.addEventListener('pointermove', move);
        window.addEventListener('pointerup', up);
        send();
    });

    // The kernel hears which picture has arrived, so that nothing queues, and whether it can be seen.
    let shown = '', visible = true, waiting = false;
    const tell = () => {
        waiting = false;
        if (!bridge || !root.isConnected) return;
        bridge.value = `${shown} ${visible && !document.hidden ? 'seen' : 'hidden'}`;
        bridge.dispatchEvent(new Event('change', {bubbles: true}));
    };
    const soon = () => {
        if (waiting) return;
        waiting = true;
        document.hidden ? tell() : requestAnimationFrame(tell);
    };
    const look = () => {
        const frame = root.querySelector('[data-ck-frame]');
        if (frame && frame.dataset.ckFrame !== shown) { shown = frame.dataset.ckFrame; soon(); }
        keepKeys();
        nameSliders();
    };
    new MutationObserver(look).observe(root, {childList: true, subtree: true});
    new IntersectionObserver(entries => { visible = entries[entries.length - 1].isIntersecting; tell(); }).observe(root);
    document.addEventListener('visibilitychange', () => root.isConnected && tell());
    look();
})(this)
