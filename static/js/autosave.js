/*
 * Saves the draft of <form data-autosave="account:contribution"> while it is typed: three
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

  var PAUSE = 3000;
  var LONGEST = 10000;
  var RETRY = 10000;
  // A request that outlives its page may carry 64 KiB; what is longer stays in the browser.
  var KEEPALIVE_LIMIT = 60000;
  var store = window.keptDrafts; // js/kept.js
  var NAMES = ["text", "consolidated_text", "head_name", "head_agreed_on"];
  var LABELS = { text: "完成情况", consolidated_text: "汇总稿", head_name: "审阅领导姓名", head_agreed_on: "审阅日期" };

  // --- small pieces ---

  function plain(text) {
    return (text || "").replace(/\r\n?/g, "\n").trim();
  }

  function same(one, other) {
    return NAMES.every(function (name) {
      return plain(one[name]) === plain(other[name]);
    });
  }

  function isEmpty(values) {
    return same(values, {});
  }

  function make(tag, className, text) {
    var element = document.createElement(tag);
    element.className = className || "";
    element.textContent = text || "";
    return element;
  }

  function cookie(name) {
    var found = document.cookie.split("; ").filter(function (each) {
      return each.indexOf(name + "=") === 0;
    })[0];
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function clock(moment) {
    function two(number) {
      return (number < 10 ? "0" : "") + number;
    }
    return moment.getMonth() + 1 + "月" + moment.getDate() + "日 " + two(moment.getHours()) + ":" + two(moment.getMinutes());
  }

  // The texts of a record, each under its label, to be read and copied.
  function shown(values) {
    var box = document.createElement("div");
    NAMES.forEach(function (name) {
      if (plain(values[name])) {
        box.appendChild(make("p", "small strong", LABELS[name]));
        box.appendChild(make("div", "prose-text prose-text--boxed", values[name]));
      }
    });
    return box;
  }

  function button(text, act, className) {
    var element = make("button", className || "button", text);
    element.type = "button";
    element.addEventListener("click", act);
    return element;
  }

  // --- a page whose text cannot be written now: what the browser still keeps is shown ---

  function showKept(panel) {
    var key = panel.getAttribute("data-kept");
    var kept = store.read(key);
    var saved = panel.querySelector("[data-text]");
    if (!kept || isEmpty(kept.values)) {
      return;
    }
    if (plain(kept.values.text) === plain(saved.textContent)) {
      store.remove(key);
      return;
    }
    var notice = make("div", "notice notice--warning");
    notice.setAttribute("role", "alert");
    notice.appendChild(make("p", "notice__title", "本机还留有没有保存的文字（" + clock(new Date(kept.at)) + "）"));
    notice.appendChild(make("p", "", "现在不能写入。需要的话请先复制，再联系督查室。"));
    notice.appendChild(shown(kept.values));
    notice.appendChild(
      button("不再需要，从本机删除", function () {
        store.remove(key);
        notice.parentNode.removeChild(notice);
      })
    );
    panel.parentNode.insertBefore(notice, panel);
  }

  // --- the form ---

  function watch(form) {
    var key = form.getAttribute("data-autosave");
    var version = form.querySelector("[name=version]");
    var token = form.querySelector("[name=csrfmiddlewaretoken]");
    var fields = NAMES.map(function (name) {
      return form.querySelector("[name=" + name + "]");
    }).filter(Boolean);
    var saved = form.hasAttribute("data-unsaved") ? {} : values();
    var lastSent = null;
    var sending = false;
    // A page that shows someone else's text beside this one waits for the person's own save.
    var stopped = form.hasAttribute("data-stopped");
    var isKept = true;
    var dirtySince = 0;
    var timer = null;
    var clicked = null;
    var waiting = false;

    var status = make("p", "autosave");
    status.setAttribute("aria-live", "polite");
    var notice = make("div", "notice notice--error");
    notice.setAttribute("role", "alert");
    notice.hidden = true;
    var last = form.querySelector("[name=text]").parentNode;
    last.appendChild(status);
    form.insertBefore(notice, last);

    function values() {
      var found = {};
      fields.forEach(function (field) {
        found[field.name] = field.value;
      });
      return found;
    }

    function say(text) {
      // Said again, the same words would be read aloud again.
      if (status.textContent !== text) {
        status.textContent = text;
      }
    }

    function warn(title, parts) {
      notice.textContent = "";
      notice.appendChild(make("p", "notice__title", title));
      (parts || []).forEach(function (part) {
        notice.appendChild(typeof part === "string" ? make("p", "", part) : part);
      });
      notice.hidden = false;
      say("");
    }

    function keep() {
      isKept = store.write(key, values());
    }

    function isDirty() {
      return !same(values(), saved);
    }

    function schedule(wait) {
      clearTimeout(timer);
      if (!stopped) {
        timer = setTimeout(save, wait);
      }
    }

    function changed() {
      keep();
      if (stopped) {
        return;
      }
      dirtySince = dirtySince || Date.now();
      schedule(Math.max(0, Math.min(PAUSE, dirtySince + LONGEST - Date.now())));
    }

    function body(sent) {
      var data = new URLSearchParams();
      data.append("version", version.value);
      Object.keys(sent).forEach(function (name) {
        data.append(name, sent[name]);
      });
      return data.toString();
    }

    function save(options) {
      clearTimeout(timer);
      if (stopped || sending || !isDirty()) {
        return;
      }
      var sent = values();
      var text = body(sent);
      var request = {
        method: "POST",
        body: text,
        credentials: "same-origin",
        redirect: "manual",
        headers: {
          Accept: "application/json",
          "Content-Type": "application/x-www-form-urlencoded",
          // Logging in again in another window changes it; the cookie has the one that counts.
          "X-CSRFToken": cookie("csrftoken") || token.value
        }
      };
      if (options && options.isLeaving && text.length < KEEPALIVE_LIMIT) {
        request.keepalive = true;
      }
      sending = true;
      dirtySince = 0;
      lastSent = lastSent || [];
      lastSent.push(sent);
      fetch(form.action, request)
        .then(function (response) {
          if (response.type === "opaqueredirect") {
            return { status: 401, answer: {} };
          }
          return response
            .json()
            .catch(function () {
              return {};
            })
            .then(function (answer) {
              return { status: response.status, answer: answer };
            });
        })
        .then(
          function (result) {
            sending = false;
            heard(result.status, result.answer, sent);
          },
          function () {
            sending = false;
            unheard("网络不通，暂未保存到服务器；文字已留在本机，稍后自动再试。");
          }
        )
        .then(submitWaiting);
    }

    function confirmed(answer, sent) {
      version.value = answer.version;
      saved = sent;
      lastSent = null;
      notice.hidden = true;
      say("已自动保存 " + answer.at + (answer.message ? "（" + answer.message + "）" : ""));
      if (isDirty()) {
        schedule(PAUSE);
      } else {
        store.remove(key);
      }
    }

    function unheard(text) {
      keep();
      say(text + (isKept ? "" : "（本机不能暂存，请勿关闭页面）"));
      schedule(RETRY);
    }

    function heard(code, answer, sent) {
      if (code === 200) {
        confirmed(answer, sent);
      } else if (code === 401) {
        sessionEnded();
      } else if (code === 403) {
        keep();
        warn("页面已过期，暂未保存", ["文字仍在框中，也留在本机。请按“保存草稿”，或复制后刷新页面。"]);
        schedule(RETRY);
      } else if (code === 409) {
        conflict(answer, sent);
      } else if (code === 422) {
        stop();
        warn("没有保存：" + answer.message, ["您的文字仍在框中，也留在本机，可以复制。"]);
      } else if (code === 400) {
        keep();
        say("");
        warn("没有自动保存：" + answer.message);
      } else {
        unheard("服务器暂时没有响应，文字已留在本机，稍后自动再试。");
      }
    }

    function stop() {
      keep();
      stopped = true;
      clearTimeout(timer);
    }

    function sessionEnded() {
      keep();
      var link = make("a", "button", "在新窗口登录");
      link.href = form.getAttribute("data-login");
      link.target = "_blank";
      link.rel = "noopener";
      warn("登录已过期，文字暂未保存到服务器", [
        "文字仍在框中，也留在本机。请登录后回到本页，将自动继续保存。",
        link
      ]);
    }

    // Ours, where the reply to an earlier save of this page was lost; else someone else's.
    function conflict(answer, sent) {
      var isOurs = (lastSent || []).some(function (each) {
        return same(each, answer);
      });
      version.value = answer.version;
      if (isOurs) {
        saved = answer;
        lastSent = null;
        schedule(0);
        return;
      }
      stop();
      // A button pressed meanwhile must not overwrite what nobody has looked at.
      waiting = false;
      var who = "对方的文字" + (answer.by ? "（" + answer.by + "，" + answer.at + "）" : "");
      warn("您打开本页之后，这项内容已被他人修改，已停止自动保存", [
        "您的文字保留在框中。请与下面的文字核对合并，再按“保存草稿”，将以框中的文字为准。",
        make("p", "strong", who),
        shown(answer)
      ]);
    }

    function offerKept() {
      var kept = store.read(key);
      if (!kept || isEmpty(kept.values)) {
        return;
      }
      if (same(kept.values, values())) {
        if (!form.hasAttribute("data-unsaved")) {
          store.remove(key);
        }
        return;
      }
      var offer = make("div", "notice notice--warning");
      offer.setAttribute("role", "alert");
      offer.setAttribute("data-offer", "");
      offer.appendChild(make("p", "notice__title", "本机留有没有保存到服务器的文字（" + clock(new Date(kept.at)) + "）"));
      offer.appendChild(shown(kept.values));
      var bar = make("div", "toolbar");
      bar.appendChild(
        button("放回框中", function () {
          fields.forEach(function (field) {
            field.value = kept.values[field.name] || "";
            field.dispatchEvent(new Event("input", { bubbles: true }));
          });
          form.removeChild(offer);
          fields[0].focus();
        })
      );
      bar.appendChild(
        button(
          "不要了",
          function () {
            store.remove(key);
            form.removeChild(offer);
            fields[0].focus();
          },
          "button button--quiet"
        )
      );
      offer.appendChild(bar);
      form.insertBefore(offer, last);
    }

    // A button pressed while a save is under way waits for it: else it would find its own save.
    function submitWaiting() {
      if (waiting) {
        waiting = false;
        if (clicked) {
          clicked.click();
        } else {
          form.submit();
        }
      }
    }

    Array.prototype.forEach.call(form.querySelectorAll("button[type=submit]"), function (each) {
      each.addEventListener("click", function () {
        clicked = each;
      });
    });

    form.addEventListener("submit", function (event) {
      if (sending) {
        event.preventDefault();
        waiting = true;
        say("正在保存……");
        return;
      }
      clearTimeout(timer);
      keep();
      stopped = true;
      isKept = true;
      token.value = cookie("csrftoken") || token.value;
    });

    fields.forEach(function (field) {
      field.addEventListener("input", changed);
      field.addEventListener("change", changed);
    });

    document.addEventListener("visibilitychange", function () {
      if (document.visibilityState === "hidden") {
        leave();
      } else if (isDirty()) {
        schedule(0);
      }
    });

    window.addEventListener("pagehide", leave);
    window.addEventListener("focus", function () {
      if (isDirty()) {
        schedule(0);
      }
    });
    window.addEventListener("online", function () {
      schedule(0);
    });
    window.addEventListener("beforeunload", function (event) {
      if (isDirty() && !isKept) {
        event.preventDefault();
        event.returnValue = "";
      }
    });

    function leave() {
      if (isDirty()) {
        keep();
        save({ isLeaving: true });
      }
    }

    offerKept();
    if (form.hasAttribute("data-unsaved") && !form.querySelector("[data-offer]")) {
      changed();
    }
  }

  store.forgetOld();
  Array.prototype.forEach.call(document.querySelectorAll("form[data-autosave]"), watch);
  Array.prototype.forEach.call(document.querySelectorAll("[data-kept]"), showKept);
})();
