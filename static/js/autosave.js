/*
 * Saves the draft of <form data-autosave="account:what it is"> while it is typed: three
 * seconds after the last key, every ten while typing goes on, and when the page is left.
 * It posts the form to its own address and asks for JSON, so it is the save that the
 * button does. What the server has not confirmed is also kept in this browser and offered
 * when the page is opened again. Without this script the save button does it all.
 *
 * Answers: 200 saved; 400 to be corrected; 401 the session has ended; 403 the form has
 * expired; 409 someone else saved; 422 refused. After 409 and 422 it stops.
 */
(function () {
  "use strict";

  const PAUSE = 3000;
  const LONGEST = 10000;
  const RETRY = 10000;
  // A request that outlives its page may carry 64 KiB; what is longer stays in the browser.
  const KEEPALIVE_LIMIT = 60000;
  const store = window.keptDrafts; // js/kept.js
  const { Draft, Messages } = window.draftForm; // js/draft.js
  const { same, isEmpty, make, button, notice, texts, clock } = window.pieces; // js/pieces.js

  class Autosave {
    constructor(form) {
      this.form = form;
      this.key = form.getAttribute("data-autosave");
      this.draft = new Draft(form);
      this.messages = new Messages(form);
      // A page that shows someone else's text beside this one waits for the person's own save.
      this.stopped = form.hasAttribute("data-stopped");
      this.isKept = true;
      this.sending = false;
      this.sent = []; // what was posted and not answered: an answer may have been lost
      this.dirtySince = 0;
      this.timer = null;
      this.clicked = null; // the submit button that was pressed last
      this.waiting = false; // a submission waits for the save under way
    }

    start() {
      this.listen();
      const offered = this.offerKept();
      if (this.form.hasAttribute("data-unsaved") && !offered) {
        this.changed();
      }
    }

    listen() {
      this.draft.fields.forEach((field) => {
        field.addEventListener("input", () => this.changed());
        field.addEventListener("change", () => this.changed());
      });
      this.form.querySelectorAll("button[type=submit]").forEach((each) => {
        each.addEventListener("click", () => {
          this.clicked = each;
        });
      });
      this.form.addEventListener("submit", (event) => this.submitted(event));
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "hidden") {
          this.leave();
        } else {
          this.saveSoon();
        }
      });
      window.addEventListener("pagehide", () => this.leave());
      window.addEventListener("focus", () => this.saveSoon());
      window.addEventListener("online", () => this.schedule(0));
      window.addEventListener("beforeunload", (event) => this.holdBack(event));
    }

    // --- when to save ---

    changed() {
      this.keep();
      if (this.stopped) {
        return;
      }
      this.dirtySince = this.dirtySince || Date.now();
      this.schedule(Math.max(0, Math.min(PAUSE, this.dirtySince + LONGEST - Date.now())));
    }

    schedule(wait) {
      clearTimeout(this.timer);
      if (!this.stopped) {
        this.timer = setTimeout(() => this.save(), wait);
      }
    }

    saveSoon() {
      if (this.draft.isDirty()) {
        this.schedule(0);
      }
    }

    leave() {
      if (this.draft.isDirty()) {
        this.keep();
        this.save(true);
      }
    }

    holdBack(event) {
      if (this.draft.isDirty() && !this.isKept) {
        event.preventDefault();
        event.returnValue = "";
      }
    }

    keep() {
      this.isKept = store.write(this.key, this.draft.values());
    }

    stop() {
      this.keep();
      this.stopped = true;
      clearTimeout(this.timer);
    }

    // A button pressed while a save is under way waits for it: else it would find its own save.
    submitted(event) {
      if (this.sending) {
        event.preventDefault();
        this.waiting = true;
        this.messages.say("正在保存……");
        return;
      }
      this.stop();
      this.isKept = true;
      this.draft.token.value = this.draft.currentToken();
    }

    submitWaiting() {
      if (!this.waiting) {
        return;
      }
      this.waiting = false;
      if (this.clicked) {
        this.clicked.click();
      } else {
        this.form.submit();
      }
    }

    // --- saving ---

    save(isLeaving) {
      clearTimeout(this.timer);
      if (this.stopped || this.sending || !this.draft.isDirty()) {
        return;
      }
      const sent = this.draft.values();
      this.sending = true;
      this.dirtySince = 0;
      this.sent.push(sent);
      fetch(this.form.action, this.request(sent, isLeaving))
        .then(answerOf)
        .then(
          (result) => {
            this.sending = false;
            this.heard(result.status, result.answer, sent);
          },
          () => {
            this.sending = false;
            this.unheard("网络不通，暂未保存到服务器；文字已留在本机，稍后自动再试。");
          }
        )
        .then(() => this.submitWaiting());
    }

    request(sent, isLeaving) {
      const body = this.draft.body(sent);
      return {
        method: "POST",
        body: body,
        credentials: "same-origin",
        redirect: "manual",
        keepalive: Boolean(isLeaving) && body.length < KEEPALIVE_LIMIT,
        headers: {
          Accept: "application/json",
          "Content-Type": "application/x-www-form-urlencoded",
          "X-CSRFToken": this.draft.currentToken()
        }
      };
    }

    // --- what came back ---

    heard(status, answer, sent) {
      const answers = {
        200: () => this.confirmed(answer, sent),
        400: () => this.incorrect(answer),
        401: () => this.sessionEnded(),
        403: () => this.formExpired(),
        404: () => this.refused({ message: "这项内容已不由您填写，责任单位或账号可能有调整。" }),
        409: () => this.conflict(answer),
        422: () => this.refused(answer)
      };
      const silent = () => this.unheard("服务器暂时没有响应，文字已留在本机，稍后自动再试。");
      (answers[status] || silent)();
    }

    confirmed(answer, sent) {
      this.draft.version.value = answer.version;
      this.draft.saved = sent;
      this.sent = [];
      this.form.dispatchEvent(new CustomEvent("draft-saved", { bubbles: true, detail: answer }));
      this.messages.settle("已自动保存 " + answer.at + (answer.message ? "（" + answer.message + "）" : ""));
      if (this.draft.isDirty()) {
        this.schedule(PAUSE);
      } else {
        store.remove(this.key);
      }
    }

    unheard(text) {
      this.keep();
      this.messages.say(text + (this.isKept ? "" : "（本机不能暂存，请勿关闭页面）"));
      this.schedule(RETRY);
    }

    incorrect(answer) {
      this.keep();
      this.messages.warn("没有自动保存：" + answer.message);
    }

    refused(answer) {
      this.stop();
      this.messages.warn("没有保存：" + answer.message, "您的文字仍在框中，也留在本机，可以复制。");
    }

    formExpired() {
      this.keep();
      this.messages.warn(
        "页面已过期，暂未保存",
        "文字仍在框中，也留在本机。请按“保存草稿”，或复制后刷新页面。"
      );
      this.schedule(RETRY);
    }

    sessionEnded() {
      this.keep();
      const link = make("a", "button", "在新窗口登录");
      link.href = this.form.getAttribute("data-login");
      link.target = "_blank";
      link.rel = "noopener";
      this.messages.warn(
        "登录已过期，文字暂未保存到服务器",
        "文字仍在框中，也留在本机。请登录后回到本页，将自动继续保存。",
        link
      );
    }

    // Ours, where the reply to an earlier save of this page was lost; else someone else's.
    conflict(answer) {
      this.draft.version.value = answer.version;
      if (this.sent.some((each) => same(each, answer))) {
        this.draft.saved = answer;
        this.sent = [];
        this.schedule(0);
        return;
      }
      this.stop();
      // A button pressed meanwhile must not overwrite what nobody has looked at.
      this.waiting = false;
      const who = answer.by ? "（" + answer.by + "，" + answer.at + "）" : "";
      this.messages.warn(
        "您打开本页之后，这项内容已被他人修改，已停止自动保存",
        "您的文字保留在框中。请与下面的文字核对合并，再按“保存草稿”，将以框中的文字为准。",
        make("p", "strong", "对方的文字" + who),
        texts(answer)
      );
    }

    // --- what an earlier page could not save ---

    offerKept() {
      const kept = store.read(this.key);
      if (!kept || isEmpty(kept.values)) {
        return false;
      }
      if (same(kept.values, this.draft.values())) {
        if (!this.form.hasAttribute("data-unsaved")) {
          store.remove(this.key);
        }
        return false;
      }
      this.form.insertBefore(this.offer(kept), this.messages.box);
      return true;
    }

    offer(kept) {
      const title = "本机上存着一份尚未保存到服务器的文字（" + clock(new Date(kept.at)) + "）";
      const offer = notice("warning", title);
      const close = () => {
        offer.remove();
        this.draft.fields[0].focus();
      };
      const restore = () => {
        this.draft.put(kept.values);
        close();
      };
      const forget = () => {
        store.remove(this.key);
        close();
      };
      const bar = make("div", "toolbar");
      bar.appendChild(button("放回框中", restore));
      bar.appendChild(button("不要了", forget, "button button--quiet"));
      offer.appendChild(texts(kept.values));
      offer.appendChild(bar);
      return offer;
    }
  }

  // A redirect is the way to the login; an answer that is no JSON says nothing but its status.
  function answerOf(response) {
    if (response.type === "opaqueredirect") {
      return { status: 401, answer: {} };
    }
    return response
      .json()
      .catch(() => ({}))
      .then((answer) => ({ status: response.status, answer: answer }));
  }

  document.querySelectorAll("form[data-autosave]").forEach((form) => new Autosave(form).start());
})();
